"""Alibaba Cloud's upload by a form: a key, a policy, and the policy's signature, all among the form's fields."""

from __future__ import annotations

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import oss_policy

from ..account import Account
from ..call import RequestContext
from ..world import SandboxState
from . import policy
from .evidence import get_first, build_auth_error, compare_secrets


def verify(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Who uploads; None when neither a key nor a signature is in the form.

    A temporary key needs no token here: SDKs send the permit's key, and it alone.
    """
    key, theirs, text = (get_first(call.form, name) for name in ("OSSAccessKeyId", "Signature", "policy"))
    if not key and not theirs:
        return None
    if not key:
        raise build_auth_error(scheme, "missing-key")
    if not theirs:
        raise build_auth_error(scheme, "missing-signature")
    account = world.find_account(call.service, "AccessKeyId", key)
    if account is None:
        raise build_auth_error(scheme, "unknown-key", value=key)
    if not compare_secrets(oss_policy.compute_signature(text, account.credentials["AccessKeySecret"]), theirs):
        raise build_auth_error(scheme, "mismatch")
    found = policy.parse_policy(text)
    call.template_values = {"condition": policy.quote_condition(found.conditions[:1]) if found else ""}
    if found is None:
        raise build_auth_error(scheme, "malformed")
    if found.expires_at <= world.clock():
        raise build_auth_error(scheme, "expired")
    return account
