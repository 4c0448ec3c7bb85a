"""The verifiers, by the name that a spec's security scheme gives: the first that finds its evidence decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lookalike_specs import SecurityScheme
from lookalike_specs.plugins import add_entry

from ..context import RequestContext
from ..sandbox.state import SandboxState
from ..service import Account
from . import alibaba_cloud, daji, post_policy
from .credentials import Authentication, build_auth_error, build_credential_reader
from .diagnosis import build_missing_key_error, build_unknown_key_error


def authenticate(state: SandboxState, context: RequestContext) -> Authentication:
    """Return who calls. Raise VendorError for the way in which the proof is wrong, or missing."""
    schemes = context.endpoint.operation.schemes
    reader = context.credential.reader
    credential = context.credential.value
    for scheme in schemes:
        name = scheme.extension.scheme
        scheme_reader = context.service.credential_readers[name, scheme.parameter]
        if scheme_reader is not reader:
            # the one that was read belongs to another scheme: RPC's `AccessKeyId`, while this one wants a header
            reader = scheme_reader
            credential = reader(context.parsed)
        authentication = VERIFIERS[name](state, context, scheme, credential)
        if authentication is not None:
            return authentication
    # no scheme found anything: the first one, which is the vendor's usual one, says what is missing
    raise build_missing_key_error(context, schemes[0])


def verify_key(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return the account of a credential that travels as it is: a key, a token, user and password; None for none."""
    if not credential:
        return None
    account = state.find_account(context.service, scheme.extension.credential or scheme.parameter, credential)
    if account is None:
        raise build_unknown_key_error(state, context, scheme, credential)
    return Authentication(account)


def verify_nothing(
    _state: SandboxState, context: RequestContext, _scheme: SecurityScheme, _credential: str
) -> Authentication:
    """Return the demo account: everybody may call."""
    return Authentication(Account(dict(context.service.api.account)))


def verify_all(
    state: SandboxState, context: RequestContext, scheme: SecurityScheme, credential: str
) -> Authentication | None:
    """Return the account where each of the parts proves it; None where there is no proof at all.

    Raise VendorError where some are there and others are not.
    """
    authentications = []
    for number, part in enumerate(scheme.parts):
        if number > 0:
            credential = build_credential_reader(part)(context.parsed)
        authentications.append(VERIFIERS[part.extension.scheme](state, context, part, credential))
    if not any(authentications):
        return None
    for part, authentication in zip(scheme.parts, authentications, strict=True):
        if authentication is None:
            raise build_auth_error(part, "missing-key")
    return authentications[0]


# sandbox's state, request, scheme, the credential as it was sent ("" where there is none) -> who calls; None where the
# request carries no evidence of this scheme
Verifier = Callable[[SandboxState, RequestContext, SecurityScheme, str], Authentication | None]

VERIFIERS: Final[dict[str, Verifier]] = {
    "key": verify_key,
    "bearer": verify_key,
    "basic": verify_key,
    "none": verify_nothing,
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
    add_entry(VERIFIERS, name, verifier)
