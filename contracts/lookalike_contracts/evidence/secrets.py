"""Which values of an exchange nobody may see: the account's secrets, and what stands where proofs belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lookalike_specs import Api
from lookalike_specs.proof import SIGNING_SCHEMES
from lookalike_specs.signing import SIGNATURE_ALGORITHMS, Stages
from lookalike_specs.veil import Redactor, find_secrets
from lookalike_specs.wire import Request

from ..finding import Exchange


def build_redactor(api: Api, account: Mapping[str, str], exchanges: Iterable[Exchange]) -> Redactor:
    """Covers all of them in any text."""
    found = [value.encode() for value in select_secrets(api, account).values()]
    for request, reply in exchanges:
        found += [*find_secrets(api.root.secrets, request, reply), *_compute_signatures(account, request)]
    return Redactor(found)


def select_secrets(api: Api, account: Mapping[str, str]) -> dict[str, str]:
    """Those of an account's values that are secret, by name."""
    return {name: value for name, value in account.items() if name in api.root.secrets and value}


def _compute_signatures(account: Mapping[str, str], request: Request) -> Iterator[bytes]:
    """The signatures that a request should have: a server may tell them."""
    for name, scheme in SIGNATURE_ALGORITHMS.items():
        if (secret := account.get(SIGNING_SCHEMES[name].secret_name)) is not None:
            made = scheme.recompute_stages(request, secret)
            if isinstance(made, Stages):
                yield made.signature.encode()
