"""Alibaba Cloud's upload permit: where a file goes, and the policy that lets it in."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import blake2b
from typing import Any

import msgspec

from lookalike_specs.signing import oss_policy
from lookalike_specs.wire import Reply

from ..authenticate.policy import text_of
from ..call import Call
from ..sent import sent
from ..stamp import stamp
from ..world import World
from .aliyun_format import reply

# a host with a dot in it, and perhaps a port: what is before the first dot, and what is after it
HOST = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*[a-z0-9](?::\d+)?)", re.IGNORECASE | re.ASCII)
PORT = re.compile(r":\d+$", re.ASCII)
LOOPBACK = "127", "0.0.1"


def page(world: World, call: Call) -> Reply:
    """A permit for one object of the caller's own."""
    made, key = stamp(world.seed, call.request), _key(world)
    bucket, endpoint = _address(call)
    account = call.account.credentials if call.account else {}
    policy = b64encode(msgspec.json.encode(_policy(world, call, key))).decode()
    body = {
        "RequestId": made.request_id,
        "AccessKeyId": _caller(call),
        "Bucket": bucket,
        "Endpoint": endpoint,
        "ObjectKey": key,
        "EncodedPolicy": policy,
        "Signature": oss_policy.signature(policy, account["AccessKeySecret"]),
        "UseAccelerate": False,
    }
    return reply(call, body)


def _caller(call: Call) -> str:
    """The key that the request was signed with, as it was sent: it may be a magic one."""
    asked = sent(call.request)
    return next(filter(None, (claim(asked) for claim in call.service.claims)), "")


def _key(world: World) -> str:
    """A name that no other object of this world has."""
    world.named += 1
    return f"imagesearch/{blake2b(b'%d' % world.named, digest_size=16, key=b'%d' % world.seed).hexdigest()}"


def _policy(world: World, call: Call, key: str) -> dict[str, Any]:
    """Until when, for which object, and of which size."""
    rules = call.service.api.root.data["permit"]
    conditions = [["content-length-range", 0, rules["bytes"]], ["eq", "$key", key]]
    return {"expiration": text_of(world.clock() + rules["seconds"]), "conditions": conditions}


def _address(call: Call) -> tuple[str, str]:
    """The address that was asked, cut at its first dot; that of loopback where a name has none, as `localhost`."""
    host = call.request.host.rpartition("//")[2]
    found = HOST.fullmatch(host)
    port = PORT.search(host)
    bucket, endpoint = found.groups() if found else (LOOPBACK[0], LOOPBACK[1] + (port[0] if port else ""))
    return ("http://" if call.service.variants["upload-bucket"] == "with-scheme" else "") + bucket, endpoint
