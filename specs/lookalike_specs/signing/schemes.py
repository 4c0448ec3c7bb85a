"""The signing schemes by the name that a document's security scheme gives.

A new scheme is a module with its `SCHEME`, a line here, and a line in the verifiers of the mocks.
"""

from __future__ import annotations

from typing import Final

from ..plugins import add_entry
from . import acs3, acs_roa, acs_rpc, daji, daji_secret, http_auth, key, oss_policy
from .scheme import SigningScheme

SCHEMES: Final[dict[str, SigningScheme]] = {
    scheme.name: scheme
    for scheme in (
        key.SCHEME,
        http_auth.BEARER,
        http_auth.BASIC,
        http_auth.ANONYMOUS,
        http_auth.ALL_OF,
        daji.SCHEME,
        daji_secret.SCHEME,
        acs_rpc.SCHEME,
        acs_roa.SCHEME,
        acs3.SCHEME,
        oss_policy.SCHEME,
    )
}


def register_signing_scheme(scheme: SigningScheme) -> None:
    """Add a scheme of another package. Raise ValueError for a name that is taken."""
    if scheme.name in SCHEMES:
        raise ValueError(f"two signing schemes are called {scheme.name!r}")
    add_entry(SCHEMES, scheme.name, scheme)
