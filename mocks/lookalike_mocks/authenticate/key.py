"""A bare key in a query parameter or a header."""

from __future__ import annotations

from lookalike_specs import Scheme

from ..account import Account
from ..call import Call
from ..world import World
from .evidence import first, refusal


def verify(world: World, call: Call, scheme: Scheme) -> Account | None:
    """The account that the key belongs to; None when there is no key at all."""
    in_header = scheme.place == "header"
    key = call.request.header(scheme.parameter.lower().encode()) if in_header else first(call.pairs, scheme.parameter)
    if not key:
        return None
    account = world.account(call.service, scheme.extension.credential or scheme.parameter, key)
    if account is None:
        raise refusal(scheme, "unknown-key")
    return account
