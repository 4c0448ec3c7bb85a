"""Alibaba Cloud's upload permit: where a file goes, and the policy that lets it in."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import blake2b
from typing import Any

import msgspec

from lookalike_specs.signing import oss_policy
from lookalike_specs.wire import Response

from ..authenticate.policy import format_expiration
from ..call import RequestContext
from ..sent import parse_request
from ..stamp import derive_response_ids
from ..world import SandboxState
from .aliyun_format import build_response

# a host with a dot in it, and perhaps a port: what is before the first dot, and what is after it
HOST_PATTERN = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*[a-z0-9](?::\d+)?)", re.IGNORECASE | re.ASCII)
PORT_PATTERN = re.compile(r":\d+$", re.ASCII)
LOOPBACK = "127", "0.0.1"


def handle_upload_permit(world: SandboxState, call: RequestContext) -> Response:
    """A permit for one object of the caller's own."""
    made, key = derive_response_ids(world.seed, call.request), _create_object_key(world)
    bucket, endpoint = _split_address(call)
    account = call.account.credentials if call.account else {}
    policy = b64encode(msgspec.json.encode(_build_policy(world, call, key))).decode()
    body = {
        "RequestId": made.request_id,
        "AccessKeyId": _find_access_key_id(call),
        "Bucket": bucket,
        "Endpoint": endpoint,
        "ObjectKey": key,
        "EncodedPolicy": policy,
        "Signature": oss_policy.compute_signature(policy, account["AccessKeySecret"]),
        "UseAccelerate": False,
    }
    return build_response(call, body)


def _find_access_key_id(call: RequestContext) -> str:
    """The key that the request was signed with, as it was sent: it may be a magic one."""
    asked = parse_request(call.request)
    return next(filter(None, (claim(asked) for claim in call.service.credential_readers)), "")


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
    host = call.request.host.rpartition("//")[2]
    found = HOST_PATTERN.fullmatch(host)
    port = PORT_PATTERN.search(host)
    bucket, endpoint = found.groups() if found else (LOOPBACK[0], LOOPBACK[1] + (port[0] if port else ""))
    return ("http://" if call.service.variants["upload-bucket"] == "with-scheme" else "") + bucket, endpoint
