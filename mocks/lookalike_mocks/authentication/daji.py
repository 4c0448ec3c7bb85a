"""Daji's `sign`, and `appSecret` alone as the documents allow while debugging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Pairs
from lookalike_specs.signing import daji

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import build_auth_error, compare_secrets, get_first

# `array-parameters` -> how the values of one name are written as one; values of their own where it says nothing
ARRAY_ENCODERS: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "java-list": lambda values: f"[{', '.join(values)}]",
    "joined": ",".join,
}


def verify_sign(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """The account whose secret makes this sign; None when there is no sign, or `appSecret` counts instead."""
    pairs = call.pairs
    switches = call.service.variants
    signs = [value for name, value in pairs if name == "sign"]
    if not "".join(signs) or (switches["sign-with-secret"] == "ignored" and get_first(pairs, "appSecret")):
        return None
    account = _find_account(world, call, scheme)
    if len(signs) > 1:
        raise build_auth_error(scheme, "malformed")
    sent = signs[0].upper() if switches["lower-case-sign"] == "accepted" else signs[0]
    if not compare_secrets(
        daji.compute_signature(_merge_arrays(pairs, switches["array-parameters"]), account.credentials["appSecret"]),
        sent,
    ):
        raise build_auth_error(scheme, "mismatch")
    return account


def verify_secret(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """The account whose secret was sent in clear; None when there is none."""
    sent = get_first(call.pairs, "appSecret")
    if not sent:
        return None
    account = _find_account(world, call, scheme)
    if not compare_secrets(account.credentials["appSecret"], sent):
        raise build_auth_error(scheme, "mismatch")
    return account


def _merge_arrays(pairs: Pairs, way: str) -> Pairs:
    """The pairs with the values of a name that stands more than once written as that way wants them."""
    values: dict[str, list[str]] = {}
    if way in ARRAY_ENCODERS:
        for name, value in pairs:
            values.setdefault(name, []).append(value)
    if len(values) in (0, len(pairs)):
        return pairs
    return tuple((name, ARRAY_ENCODERS[way](found) if len(found) > 1 else found[0]) for name, found in values.items())


def _find_account(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account:
    key = get_first(call.pairs, "appKey")
    if not key:
        raise build_auth_error(scheme, "missing-key")
    account = world.find_account(call.service, "appKey", key)
    if account is None:
        raise build_auth_error(scheme, "unknown-key")
    return account
