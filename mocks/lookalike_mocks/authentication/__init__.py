"""Who calls: the first security scheme that finds its evidence in the request decides."""

from __future__ import annotations

from ..context import RequestContext
from ..sandbox.state import SandboxState
from .credentials import build_auth_error
from .verifiers import VERIFIERS

__all__ = ["authenticate"]


def authenticate(world: SandboxState, call: RequestContext) -> None:
    """Set `call.account`. Raises Refused with the vendor's error for the way in which the proof is wrong."""
    schemes = call.endpoint.operation.schemes
    for scheme in schemes:
        account = VERIFIERS[scheme.extension.scheme](world, call, scheme)
        if account is not None:
            call.account = account
            return
    errors = schemes[0].extension.errors
    raise build_auth_error(schemes[0], "missing-signature" if "missing-signature" in errors else "missing-key")
