"""Alibaba Cloud's object store: a file is uploaded by a form, for a search or an addition to take."""

from __future__ import annotations

from hashlib import md5

from lookalike_specs.wire import Reply

from ..authenticate import policy
from ..call import Call
from ..world import World
from .aliyun_format import document
from .aliyun_rules import refused

XML = "application/xml"


def page(world: World, call: Call) -> Reply:
    """That the file is stored. Raises Refused where the policy does not allow it."""
    key, data = call.values["key"], call.files["file"]
    bucket = call.request.host.rpartition("//")[2].partition(".")[0]
    fields = dict(reversed(call.form))
    # one SDK puts a line break behind this one, which is its last
    asked = fields["success_action_status"] = fields.get("success_action_status", "").rstrip("\r\n")
    _allowed(call, {**fields, "bucket": bucket}, len(data))
    for gone in world.gallery.objects.put(key, data, len(data)):
        world.journal.note(f"object {gone} went, as the oldest of too many", world.clock())
    if asked != "201":
        return Reply(status=200 if asked == "200" else 204, body=b"", media_type=XML)
    location = f"{call.request.scheme}://{call.request.host}/{key}"
    told = {"Bucket": bucket, "ETag": f'"{_digest(data)}"', "Key": key, "Location": location}
    return Reply(status=201, body=document("PostResponse", told), media_type=XML)


def _allowed(call: Call, fields: dict[str, str], size: int) -> None:
    """Raises Refused with the first of the policy's conditions that does not hold."""
    found = policy.read(fields.get("policy", ""))
    if isinstance(found, policy.Policy) and (broken := policy.broken(found, fields, size)):
        raise refused(call, f"policy-{broken.kind}", "policy", condition=broken.condition)


def _digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest().upper()
