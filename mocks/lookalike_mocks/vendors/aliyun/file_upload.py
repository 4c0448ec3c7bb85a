"""Alibaba Cloud's upload: a permit says where a file may go, and the object store holds the form to its policy."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import blake2b, md5
from typing import Any, Final

from lookalike_specs.messages import Response
from lookalike_specs.signing import oss_policy

from ...authentication import post_policy
from ...context import RequestContext, derive_response_ids
from ...memory.sizes import measure_value
from ...reason import cut_text
from ...sandbox.image_store import STORE_ENTRY_BYTES
from ...sandbox.state import SandboxState
from ..common import encode_json
from .instance import build_rule_error
from .response_format import build_response, encode_xml

# a host with a dot in it, and perhaps a port: what is before the first dot, and what is after it
HOST_PATTERN = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*[a-z0-9](?::\d+)?)", re.IGNORECASE | re.ASCII)
PORT_PATTERN = re.compile(r":\d+$", re.ASCII)
LOOPBACK_BUCKET: Final = "127"
LOOPBACK_ENDPOINT: Final = "0.0.1"
UPLOAD_MEDIA_TYPE: Final = "application/xml"


def handle_upload_permit(state: SandboxState, context: RequestContext) -> Response:
    """Return a permit for one object of the caller's own."""
    ids = derive_response_ids(state.seed, context.parsed.request)
    key = _create_object_key(state)
    bucket, endpoint = _split_host(context)
    policy = b64encode(encode_json(_build_policy(state, context, key))).decode()
    body = {
        "RequestId": ids.request_id,
        # as it was sent: it may be a trigger key
        "AccessKeyId": context.credential.value,
        "Bucket": bucket,
        "Endpoint": endpoint,
        "ObjectKey": key,
        "EncodedPolicy": policy,
        "Signature": oss_policy.compute_signature(policy, context.account.credentials["AccessKeySecret"]),
        "UseAccelerate": False,
    }
    return build_response(context, body)


def _create_object_key(state: SandboxState) -> str:
    """Return a name that no other object of this sandbox has."""
    state.unique_name_count += 1
    digest = blake2b(b"%d" % state.unique_name_count, digest_size=16, key=b"%d" % state.seed).hexdigest()
    return f"imagesearch/{digest}"


def _build_policy(state: SandboxState, context: RequestContext, key: str) -> dict[str, Any]:
    """Return until when, for which object, and of which size a file may be sent."""
    rules = context.service.api.root.data["permit"]
    return {
        "expiration": post_policy.format_expiration(state.clock() + rules["seconds"]),
        "conditions": [["content-length-range", 0, rules["bytes"]], ["eq", "$key", key]],
    }


def _split_host(context: RequestContext) -> tuple[str, str]:
    """Return bucket and endpoint: the host that was asked, cut at its first dot.

    SDKs send the file to `<bucket>.<endpoint>`, and it has to come back here: "127" and "0.0.1:8765" do that. A host
    without a dot, as `localhost:8765`, is taken for the loopback address.
    """
    host = context.parsed.request.host.rpartition("//")[2]
    match = HOST_PATTERN.fullmatch(host)
    if match is None:
        bucket = LOOPBACK_BUCKET
        endpoint = LOOPBACK_ENDPOINT
        port = PORT_PATTERN.search(host)
        if port is not None:
            endpoint += port[0]
    else:
        bucket, endpoint = match.groups()
    if context.service.variants["upload-bucket"] == "with-scheme":
        bucket = f"http://{bucket}"
    return bucket, endpoint


def handle_upload(state: SandboxState, context: RequestContext) -> Response:
    """Store a file. Raise VendorError where the policy does not allow it."""
    key = context.values["key"]
    data = context.parsed.files["file"]
    bucket = context.parsed.request.host.rpartition("//")[2].partition(".")[0]
    # reversed, as the first of two fields with one name counts
    fields = dict(reversed(context.parsed.form))
    # one SDK puts a line break behind this one, which is its last
    status = fields.get("success_action_status", "").rstrip("\r\n")
    fields["success_action_status"] = status
    _enforce_policy(context, {**fields, "bucket": bucket}, len(data))
    for dropped in state.image_store.objects.put(key, data, STORE_ENTRY_BYTES + measure_value((key, data))):
        state.journal.add_note(f"object {cut_text(dropped)} went, as the oldest of too many", state.clock())
    # the object store knows three answers: 204 is the one for anything else that was asked for
    if status == "200":
        return Response(status=200, body=b"", media_type=UPLOAD_MEDIA_TYPE)
    if status != "201":
        return Response(status=204, body=b"", media_type=UPLOAD_MEDIA_TYPE)
    payload = {
        "Bucket": bucket,
        "ETag": f'"{_compute_md5(data)}"',
        "Key": key,
        "Location": f"{context.parsed.request.scheme}://{context.parsed.request.host}/{key}",
    }
    return Response(status=201, body=encode_xml("PostResponse", payload), media_type=UPLOAD_MEDIA_TYPE)


def _enforce_policy(context: RequestContext, fields: dict[str, str], size: int) -> None:
    """Raise VendorError with the first of the policy's conditions that does not hold."""
    policy = post_policy.parse_policy(fields.get("policy", ""))
    # whose policy cannot be read was refused with the signature, before this
    if policy is None:
        return
    violation = post_policy.find_policy_violation(policy, fields, size)
    if violation is not None:
        raise build_rule_error(context, f"policy-{violation.kind}", "policy", condition=violation.condition)


def _compute_md5(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest().upper()
