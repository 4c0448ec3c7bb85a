"""A bare key in a query parameter or a header."""

from __future__ import annotations

from lookalike_specs import SecurityScheme

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import build_auth_error, get_first


def verify_key(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """The account that the key belongs to; None when there is no key at all."""
    in_header = scheme.location == "header"
    key = (
        call.request.get_header(scheme.parameter.lower().encode())
        if in_header
        else get_first(call.pairs, scheme.parameter)
    )
    if not key:
        return None
    account = world.find_account(call.service, scheme.extension.credential or scheme.parameter, key)
    if account is None:
        raise build_auth_error(scheme, "unknown-key")
    return account
