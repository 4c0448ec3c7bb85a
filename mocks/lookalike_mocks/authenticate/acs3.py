"""ACS3-HMAC-SHA256, in the header `Authorization`."""

from __future__ import annotations

from lookalike_specs import Scheme
from lookalike_specs.signing import Malformed, acs3, digest, header

from ..account import Account
from ..call import Call
from ..world import World
from . import acs
from .evidence import refusal, same


def verify(world: World, call: Call, scheme: Scheme) -> Account | None:
    """Who signed; None when there is no `Authorization`, or the one of ROA, whose first word is `acs`."""
    request = call.request
    text = (request.header(b"authorization") or "").strip()
    if not text or text.split()[0] == "acs":
        return None
    found = acs3.credential(text)
    if isinstance(found, Malformed):
        raise refusal(scheme, found.kind, reason=found.reason)
    acs.timely(world, scheme, request.header(b"x-acs-date") or "", acs.iso_time)
    nonce = request.header(b"x-acs-signature-nonce")
    if not nonce:
        raise refusal(scheme, "missing-nonce")
    account = acs.owner(world, call, scheme, found.access_key_id, request.header(b"x-acs-security-token") or "")
    body_hash = digest.sha256(request.body)
    stages = acs3.stages(
        method=request.method,
        path=request.path,
        query=call.query,
        headers=header.sent(request),
        signed_headers=found.signed_headers,
        body_hash=body_hash,
        secret=account.credentials["AccessKeySecret"],
    )
    intact = same(body_hash, request.header(b"x-acs-content-sha256") or "")
    acs.signed(call, scheme, stages, found.signature, intact=intact)
    acs.once(world, scheme, found.access_key_id, nonce)
    return account
