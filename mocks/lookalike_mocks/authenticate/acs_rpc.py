"""Alibaba Cloud's RPC signature, version 1, among the parameters of query and form."""

from __future__ import annotations

from lookalike_specs import Scheme
from lookalike_specs.signing import acs_rpc

from ..account import Account
from ..call import Call
from ..world import World
from . import acs
from .evidence import first, refusal


def verify(world: World, call: Call, scheme: Scheme) -> Account | None:
    """Who signed; None when neither a key nor a signature is among the parameters."""
    pairs = call.pairs
    key, theirs, nonce = (first(pairs, name) for name in ("AccessKeyId", "Signature", "SignatureNonce"))
    if not key and not theirs:
        return None
    if not key:
        raise refusal(scheme, "missing-key")
    if first(pairs, "SignatureMethod") != "HMAC-SHA1":
        raise refusal(scheme, "algorithm")
    if first(pairs, "SignatureVersion") != "1.0":
        raise refusal(scheme, "version")
    acs.timely(world, scheme, first(pairs, "Timestamp"), acs.iso_time)
    if not nonce:
        raise refusal(scheme, "missing-nonce")
    if not theirs:
        raise refusal(scheme, "missing-signature")
    # the signature is the one parameter that is not signed: a second one would go unnoticed
    if sum(name == "Signature" for name, _ in pairs) > 1:
        raise refusal(scheme, "malformed")
    account = acs.owner(world, call, scheme, key, first(pairs, "SecurityToken"))
    stages = acs_rpc.stages(call.request.method, pairs, account.credentials["AccessKeySecret"])
    acs.signed(call, scheme, stages, theirs)
    acs.once(world, scheme, key, nonce)
    return account
