"""Daji's `sign`, and `appSecret` alone as the documents allow while debugging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import SecurityScheme
from lookalike_specs.messages import Pairs
from lookalike_specs.signing import daji

from ..context import RequestContext
from ..parsing import get_first
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import Authentication, build_auth_error, compare_secrets
from .diagnosis import build_mismatch_error, build_unknown_key_error

# `array-parameters` -> how the values of one name are written as one; values of their own where it says nothing
ARRAY_ENCODERS: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "java-list": lambda values: f"[{', '.join(values)}]",
    "joined": ",".join,
}


def verify_sign(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return the account whose secret makes this sign; None when there is no sign, or `appSecret` counts instead."""
    pairs = context.parsed.pairs
    variants = context.service.variants
    signs = [value for name, value in pairs if name == "sign"]
    if not any(signs):
        return None
    if variants["sign-with-secret"] == "ignored" and get_first(pairs, "appSecret"):
        return None
    account = _find_account(state, context, scheme, credential)
    if len(signs) > 1:
        raise build_auth_error(scheme, "malformed")
    sign = signs[0]
    if variants["lower-case-sign"] == "accepted":
        sign = sign.upper()
    signed_pairs = _merge_arrays(pairs, variants["array-parameters"])
    expected = daji.compute_signature(signed_pairs, account.credentials["appSecret"])
    if not compare_secrets(expected, sign):
        raise build_mismatch_error(scheme, account.credentials["appSecret"], signs[0])
    return Authentication(account)


def verify_secret(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return the account whose secret was sent in clear; None when there is none."""
    secret = get_first(context.parsed.pairs, "appSecret")
    if not secret:
        return None
    account = _find_account(state, context, scheme, credential)
    if not compare_secrets(account.credentials["appSecret"], secret):
        error = build_auth_error(scheme, "mismatch")
        error.detail = "appSecret is not the secret of this appKey"
        raise error
    return Authentication(account)


def _merge_arrays(pairs: Pairs, encoding: str) -> Pairs:
    """Return the pairs with the values of a name that stands more than once written as one.

    `ids=1&ids=2` is signed as `ids=[1, 2]`, as Java prints a list, or as `ids=1,2`.
    """
    encode = ARRAY_ENCODERS.get(encoding)
    if encode is None:
        return pairs
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if len(values) == len(pairs):
        return pairs
    merged = []
    for name, texts in values.items():
        text = texts[0]
        if len(texts) > 1:
            text = encode(texts)
        merged.append((name, text))
    return tuple(merged)


def _find_account(state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str) -> Account:
    if not credential:
        raise build_auth_error(scheme, "missing-key")
    account = state.find_account(context.service, "appKey", credential)
    if account is None:
        raise build_unknown_key_error(state, context, scheme, credential)
    return account
