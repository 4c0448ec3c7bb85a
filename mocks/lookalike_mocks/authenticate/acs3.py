"""ACS3-HMAC-SHA256, in the header `Authorization`."""

from __future__ import annotations

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import MalformedCredential, acs3, digest, header

from ..account import Account
from ..call import RequestContext
from ..world import SandboxState
from . import acs
from .evidence import build_auth_error, compare_secrets


def verify_acs3(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who signed; None when there is no `Authorization`, or the one of ROA, whose first word is `acs`."""
    request = call.request
    text = (request.get_header(b"authorization") or "").strip()
    if not text or text.split()[0] == "acs":
        return None
    found = acs3.parse_credential(text)
    if isinstance(found, MalformedCredential):
        raise build_auth_error(scheme, found.kind, reason=found.reason)
    acs.check_timestamp(world, scheme, request.get_header(b"x-acs-date") or "", acs.parse_iso_time)
    nonce = request.get_header(b"x-acs-signature-nonce")
    if not nonce:
        raise build_auth_error(scheme, "missing-nonce")
    account = acs.find_key_owner(world, call, scheme, found.access_key_id, request.get_header(b"x-acs-security-token") or "")
    body_hash = digest.sha256(request.body)
    stages = acs3.compute_stages(
        method=request.method,
        path=request.path,
        query=call.query,
        headers=header.decode_headers(request),
        signed_headers=found.signed_headers,
        body_hash=body_hash,
        secret=account.credentials["AccessKeySecret"],
    )
    intact = compare_secrets(body_hash, request.get_header(b"x-acs-content-sha256") or "")
    acs.check_signature(call, scheme, stages, found.signature, intact=intact)
    acs.check_nonce(world, scheme, found.access_key_id, nonce)
    return account
