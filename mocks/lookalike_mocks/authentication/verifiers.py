"""The verifiers, by the name that a spec's security scheme gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lookalike_specs import SecurityScheme

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from . import alibaba_cloud, daji, key, post_policy
from .credentials import build_auth_error

Verifier = Callable[[SandboxState, RequestContext, SecurityScheme], Account | None]


def verify_all(world: SandboxState, call: RequestContext, scheme: SecurityScheme) -> Account | None:
    """Return the account where each of the parts proves it; None where there is no proof at all.

    Raise VendorError where some are there and others are not.
    """
    accounts = [VERIFIERS[part.extension.scheme](world, call, part) for part in scheme.parts]
    if not any(accounts):
        return None
    for part, account in zip(scheme.parts, accounts, strict=True):
        if account is None:
            raise build_auth_error(part, "missing-key")
    return accounts[0]


VERIFIERS: Final[dict[str, Verifier]] = {
    "key": key.verify_key,
    "bearer": key.verify_key,
    "basic": key.verify_key,
    "none": key.verify_nothing,
    "all": verify_all,
    "daji-md5": daji.verify_sign,
    "daji-secret": daji.verify_secret,
    "acs-rpc": alibaba_cloud.verify_acs_rpc,
    "acs-roa": alibaba_cloud.verify_acs_roa,
    "acs3": alibaba_cloud.verify_acs3,
    "oss-policy": post_policy.verify,
}


def register_verifier(name: str, verifier: Verifier) -> None:
    """Add the verifier of another package's signing scheme. Raise ValueError for a name that is taken."""
    if name in VERIFIERS:
        raise ValueError(f"two verifiers are called {name!r}")
    VERIFIERS[name] = verifier
