"""Alibaba Cloud's object store: a file is uploaded by a form, for a search or an addition to take."""

from __future__ import annotations

from hashlib import md5

from lookalike_specs.wire import Response

from ..authenticate import policy
from ..call import RequestContext
from ..world import SandboxState
from .aliyun_format import encode_xml
from .aliyun_rules import build_rule_error

UPLOAD_MEDIA_TYPE = "application/xml"


def handle_upload(world: SandboxState, call: RequestContext) -> Response:
    """That the file is stored. Raises Refused where the policy does not allow it."""
    key, data = call.values["key"], call.files["file"]
    bucket = call.request.host.rpartition("//")[2].partition(".")[0]
    fields = dict(reversed(call.form))
    # one SDK puts a line break behind this one, which is its last
    asked = fields["success_action_status"] = fields.get("success_action_status", "").rstrip("\r\n")
    _enforce_policy(call, {**fields, "bucket": bucket}, len(data))
    for gone in world.image_store.objects.put(key, data, len(data)):
        world.journal.add_note(f"object {gone} went, as the oldest of too many", world.clock())
    if asked != "201":
        return Response(status=200 if asked == "200" else 204, body=b"", media_type=UPLOAD_MEDIA_TYPE)
    location = f"{call.request.scheme}://{call.request.host}/{key}"
    told = {"Bucket": bucket, "ETag": f'"{_md5_hex(data)}"', "Key": key, "Location": location}
    return Response(status=201, body=encode_xml("PostResponse", told), media_type=UPLOAD_MEDIA_TYPE)


def _enforce_policy(call: RequestContext, fields: dict[str, str], size: int) -> None:
    """Raises Refused with the first of the policy's conditions that does not hold."""
    found = policy.parse_policy(fields.get("policy", ""))
    if isinstance(found, policy.UploadPolicy) and (broken := policy.find_policy_violation(found, fields, size)):
        raise build_rule_error(call, f"policy-{broken.kind}", "policy", condition=broken.condition)


def _md5_hex(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest().upper()
