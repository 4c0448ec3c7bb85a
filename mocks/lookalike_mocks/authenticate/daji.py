"""Daji's `sign`, and `appSecret` alone as the documents allow while debugging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookalike_specs import Scheme
from lookalike_specs.signing import daji
from lookalike_specs.wire import Pairs

from ..account import Account
from ..call import Call
from ..world import World
from .evidence import first, refusal, same

# `array-parameters` -> how the values of one name are written as one; values of their own where it says nothing
LISTS: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "java-list": lambda values: f"[{', '.join(values)}]",
    "joined": ",".join,
}


def verify_sign(world: World, call: Call, scheme: Scheme) -> Account | None:
    """The account whose secret makes this sign; None when there is no sign, or `appSecret` counts instead."""
    pairs, switches = call.pairs, call.service.variants
    signs = [value for name, value in pairs if name == "sign"]
    if not "".join(signs) or (switches["sign-with-secret"] == "ignored" and first(pairs, "appSecret")):
        return None
    account = _account(world, call, scheme)
    if len(signs) > 1:
        raise refusal(scheme, "malformed")
    sent = signs[0].upper() if switches["lower-case-sign"] == "accepted" else signs[0]
    if not same(daji.sign(_merged(pairs, switches["array-parameters"]), account.credentials["appSecret"]), sent):
        raise refusal(scheme, "mismatch")
    return account


def verify_secret(world: World, call: Call, scheme: Scheme) -> Account | None:
    """The account whose secret was sent in clear; None when there is none."""
    sent = first(call.pairs, "appSecret")
    if not sent:
        return None
    account = _account(world, call, scheme)
    if not same(account.credentials["appSecret"], sent):
        raise refusal(scheme, "mismatch")
    return account


def _merged(pairs: Pairs, way: str) -> Pairs:
    """The pairs with the values of a name that stands more than once written as that way wants them."""
    values: dict[str, list[str]] = {}
    if way in LISTS:
        for name, value in pairs:
            values.setdefault(name, []).append(value)
    if len(values) in (0, len(pairs)):
        return pairs
    return tuple((name, LISTS[way](found) if len(found) > 1 else found[0]) for name, found in values.items())


def _account(world: World, call: Call, scheme: Scheme) -> Account:
    key = first(call.pairs, "appKey")
    if not key:
        raise refusal(scheme, "missing-key")
    account = world.account(call.service, "appKey", key)
    if account is None:
        raise refusal(scheme, "unknown-key")
    return account
