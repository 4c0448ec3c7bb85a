"""Alibaba Cloud's upload by a form: a key, a policy, and the policy's signature, all among the form's fields."""

from __future__ import annotations

from lookalike_specs import Scheme
from lookalike_specs.signing import oss_policy

from ..account import Account
from ..call import Call
from ..world import World
from . import policy
from .evidence import first, refusal, same


def verify(world: World, call: Call, scheme: Scheme) -> Account | None:
    """Who uploads; None when neither a key nor a signature is in the form.

    A temporary key needs no token here: SDKs send the permit's key, and it alone.
    """
    key, theirs, text = (first(call.form, name) for name in ("OSSAccessKeyId", "Signature", "policy"))
    if not key and not theirs:
        return None
    if not key:
        raise refusal(scheme, "missing-key")
    if not theirs:
        raise refusal(scheme, "missing-signature")
    account = world.account(call.service, "AccessKeyId", key)
    if account is None:
        raise refusal(scheme, "unknown-key", value=key)
    if not same(oss_policy.signature(text, account.credentials["AccessKeySecret"]), theirs):
        raise refusal(scheme, "mismatch")
    found = policy.read(text)
    call.facts = {"condition": policy.told(found.conditions[:1]) if found else ""}
    if found is None:
        raise refusal(scheme, "malformed")
    if found.expires <= world.clock():
        raise refusal(scheme, "expired")
    return account
