"""Alibaba Cloud's RPC signature, version 1, among the parameters of query and form."""

from __future__ import annotations

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import acs_rpc

from ..account import Account
from ..call import RequestContext
from ..world import SandboxState
from . import acs
from .evidence import get_first, build_auth_error


def verify_acs_rpc(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who signed; None when neither a key nor a signature is among the parameters."""
    pairs = call.pairs
    key, theirs, nonce = (get_first(pairs, name) for name in ("AccessKeyId", "Signature", "SignatureNonce"))
    if not key and not theirs:
        return None
    if not key:
        raise build_auth_error(scheme, "missing-key")
    if get_first(pairs, "SignatureMethod") != "HMAC-SHA1":
        raise build_auth_error(scheme, "algorithm")
    if get_first(pairs, "SignatureVersion") != "1.0":
        raise build_auth_error(scheme, "version")
    acs.check_timestamp(world, scheme, get_first(pairs, "Timestamp"), acs.parse_iso_time)
    if not nonce:
        raise build_auth_error(scheme, "missing-nonce")
    if not theirs:
        raise build_auth_error(scheme, "missing-signature")
    # the signature is the one parameter that is not signed: a second one would go unnoticed
    if sum(name == "Signature" for name, _ in pairs) > 1:
        raise build_auth_error(scheme, "malformed")
    account = acs.find_key_owner(world, call, scheme, key, get_first(pairs, "SecurityToken"))
    stages = acs_rpc.compute_stages(call.request.method, pairs, account.credentials["AccessKeySecret"])
    acs.check_signature(call, scheme, stages, theirs)
    acs.check_nonce(world, scheme, key, nonce)
    return account
