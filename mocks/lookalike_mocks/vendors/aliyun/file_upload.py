"""Alibaba Cloud's upload permit: where a file goes, and the policy that lets it in."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import blake2b, md5
from typing import Any

import msgspec

from lookalike_specs.messages import XML_MEDIA_TYPE, Response
from lookalike_specs.signing import oss_policy

from ...authentication import post_policy
from ...authentication.post_policy import format_expiration
from ...context import RequestContext, derive_response_ids
from ...sandbox.state import SandboxState
from .instance import build_rule_error
from .response_format import build_response, encode_xml

# a host with a dot in it, and perhaps a port: what is before the first dot, and what is after it
HOST_PATTERN = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*[a-z0-9](?::\d+)?)", re.IGNORECASE | re.ASCII)
PORT_PATTERN = re.compile(r":\d+$", re.ASCII)
LOOPBACK = "127", "0.0.1"


def handle_upload_permit(world: SandboxState, call: RequestContext) -> Response:
    """A permit for one object of the caller's own."""
    made = derive_response_ids(world.seed, call.parsed.request)
    key = _create_object_key(world)
    bucket, endpoint = _split_address(call)
    policy = b64encode(msgspec.json.encode(_build_policy(world, call, key))).decode()
    body = {
        "RequestId": made.request_id,
        # as it was sent: it may be a trigger key
        "AccessKeyId": call.credential.value,
        "Bucket": bucket,
        "Endpoint": endpoint,
        "ObjectKey": key,
        "EncodedPolicy": policy,
        "Signature": oss_policy.compute_signature(policy, call.account.credentials["AccessKeySecret"]),
        "UseAccelerate": False,
    }
    return build_response(call, body)


def _create_object_key(world: SandboxState) -> str:
    """A name that no other object of this world has."""
    world.unique_name_count += 1
    return f"imagesearch/{blake2b(b'%d' % world.unique_name_count, digest_size=16, key=b'%d' % world.seed).hexdigest()}"


def _build_policy(world: SandboxState, call: RequestContext, key: str) -> dict[str, Any]:
    """Until when, for which object, and of which size."""
    rules = call.service.api.root.data["permit"]
    conditions = [["content-length-range", 0, rules["bytes"]], ["eq", "$key", key]]
    return {"expiration": format_expiration(world.clock() + rules["seconds"]), "conditions": conditions}


def _split_address(call: RequestContext) -> tuple[str, str]:
    """The address that was asked, cut at its first dot; that of loopback where a name has none, as `localhost`."""
    host = call.parsed.request.host.rpartition("//")[2]
    found = HOST_PATTERN.fullmatch(host)
    port = PORT_PATTERN.search(host)
    bucket, endpoint = found.groups() if found else (LOOPBACK[0], LOOPBACK[1] + (port[0] if port else ""))
    return ("http://" if call.service.variants["upload-bucket"] == "with-scheme" else "") + bucket, endpoint


def handle_upload(world: SandboxState, call: RequestContext) -> Response:
    """That the file is stored. Raises Refused where the policy does not allow it."""
    key = call.values["key"]
    data = call.parsed.files["file"]
    bucket = call.parsed.request.host.rpartition("//")[2].partition(".")[0]
    fields = dict(reversed(call.parsed.form))
    # one SDK puts a line break behind this one, which is its last
    asked = fields["success_action_status"] = fields.get("success_action_status", "").rstrip("\r\n")
    _enforce_policy(call, {**fields, "bucket": bucket}, len(data))
    for gone in world.image_store.objects.put(key, data, len(data)):
        world.journal.add_note(f"object {gone} went, as the oldest of too many", world.clock())
    if asked != "201":
        return Response(status=200 if asked == "200" else 204, body=b"", media_type=XML_MEDIA_TYPE)
    location = f"{call.parsed.request.scheme}://{call.parsed.request.host}/{key}"
    told = {"Bucket": bucket, "ETag": f'"{_md5_hex(data)}"', "Key": key, "Location": location}
    return Response(status=201, body=encode_xml("PostResponse", told), media_type=XML_MEDIA_TYPE)


def _enforce_policy(call: RequestContext, fields: dict[str, str], size: int) -> None:
    """Raises Refused with the first of the policy's conditions that does not hold."""
    found = post_policy.parse_policy(fields.get("policy", ""))
    if isinstance(found, post_policy.UploadPolicy) and (
        broken := post_policy.find_policy_violation(found, fields, size)
    ):
        raise build_rule_error(call, f"policy-{broken.kind}", "policy", condition=broken.condition)


def _md5_hex(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest().upper()
