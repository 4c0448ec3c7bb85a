"""A credential that travels as it is: a key in a query, a header or a cookie, a bearer token, user and password."""

from __future__ import annotations

from lookalike_specs import SecurityScheme

from ..context import RequestContext
from ..parsing import ParsedRequest
from ..sandbox.state import SandboxState
from ..service import Account
from .credentials import build_auth_error, build_credential_reader


def verify_key(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Return the account that the credential belongs to; None where there is none. Raise VendorError."""
    read_key = build_credential_reader(scheme)
    key = read_key(ParsedRequest(call.request, call.query, call.form))
    if not key:
        return None
    account = world.find_account(call.service, scheme.extension.credential or scheme.parameter, key)
    if account is None:
        raise build_auth_error(scheme, "unknown-key")
    return account


def verify_nothing(_: SandboxState, call: RequestContext, __: SecurityScheme) -> Account | None:
    """Return the demo account: everybody may call."""
    return Account(dict(call.service.api.account))
