"""Which values of an exchange nobody may see: the account's secrets, and what stands where proofs belong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from lookalike_specs import Api
from lookalike_specs.messages import Request
from lookalike_specs.redaction import Redactor, find_secrets
from lookalike_specs.signing import SCHEMES, Stages

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
    for scheme in SCHEMES.values():
        if (secret := account.get(scheme.secret_name)) is not None:
            made = scheme.recompute_stages(request, secret)
            if isinstance(made, Stages):
                yield made.signature.encode()


def get_variable_name(api: str, name: str) -> str:
    """The variable that holds a credential: `LOOKALIKE_<API>_<NAME>`, upper case, `_` for what is no letter."""
    return "LOOKALIKE_" + re.sub(r"[^A-Z0-9]", "_", f"{api}_{name}".upper())


def load_account(api: Api, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The credentials that the environment has for an API; the demo account's where it says nothing."""
    return {name: environment.get(get_variable_name(api.id, name), value) for name, value in api.account.items()}
