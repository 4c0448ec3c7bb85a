"""Daji's `sign`, and `appSecret` alone as the documents allow while debugging."""

from __future__ import annotations

from lookalike_specs import Scheme
from lookalike_specs.signing import daji

from ..call import Account, Call
from ..world import World
from .evidence import first, refusal, same


def verify_sign(_: World, call: Call, scheme: Scheme) -> Account | None:
    """The account whose secret makes this sign; None when there is no sign."""
    pairs = call.pairs
    sent = first(pairs, "sign")
    if not sent:
        return None
    account = _account(call, scheme)
    lenient = call.service.variants["lower-case-sign"] == "accepted"
    if not same(daji.sign(pairs, account.credentials["appSecret"]), sent.upper() if lenient else sent):
        raise refusal(scheme, "mismatch")
    return account


def verify_secret(_: World, call: Call, scheme: Scheme) -> Account | None:
    """The account whose secret was sent in clear; None when there is none."""
    sent = first(call.pairs, "appSecret")
    if not sent:
        return None
    account = _account(call, scheme)
    if not same(account.credentials["appSecret"], sent):
        raise refusal(scheme, "mismatch")
    return account


def _account(call: Call, scheme: Scheme) -> Account:
    key = first(call.pairs, "appKey")
    if not key:
        raise refusal(scheme, "missing-key")
    account = call.service.account("appKey", key)
    if account is None:
        raise refusal(scheme, "unknown-key")
    return account
