"""Which values of an exchange nobody may see: the account's secrets, and what stands where proofs belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lookalike_specs import Api
from lookalike_specs.proof import PROOFS
from lookalike_specs.signing import SCHEMES, Stages
from lookalike_specs.veil import Veil, presented
from lookalike_specs.wire import Request

from ..finding import Exchange


def veil(api: Api, account: Mapping[str, str], exchanges: Iterable[Exchange]) -> Veil:
    """Covers all of them in any text."""
    found = [value.encode() for value in secrets(api, account).values()]
    for request, reply in exchanges:
        found += [*presented(api.root.secrets, request, reply), *_wanted(account, request)]
    return Veil(found)


def secrets(api: Api, account: Mapping[str, str]) -> dict[str, str]:
    """Those of an account's values that are secret, by name."""
    return {name: value for name, value in account.items() if name in api.root.secrets and value}


def _wanted(account: Mapping[str, str], request: Request) -> Iterator[bytes]:
    """The signatures that a request should have: a server may tell them."""
    for name, scheme in SCHEMES.items():
        if (secret := account.get(PROOFS[name].secret)) is not None:
            made = scheme.recomputed(request, secret)
            if isinstance(made, Stages):
                yield made.signature.encode()
