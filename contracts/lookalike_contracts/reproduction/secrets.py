"""Which values of an exchange nobody may see: the account's secrets, and what stands where proofs belong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from lookalike_specs import Api
from lookalike_specs.messages import Request
from lookalike_specs.redaction import Redactor, find_secrets, list_environment_secrets
from lookalike_specs.signing import SCHEMES, Stages

from ..finding import Exchange


def build_run_redactor(
    apis: Iterable[Api], accounts: Mapping[str, Mapping[str, str]], environment: Mapping[str, str] = os.environ
) -> Redactor:
    """Return what covers the secrets of all accounts of a run, by API, and those that our variables hold.

    A server that plays two APIs may answer the one with what it was sent as the other.
    """
    secrets = [value.encode() for api in apis for value in select_secrets(api, accounts[api.id]).values()]
    return Redactor(secrets + list_environment_secrets(environment))


def build_redactor(
    api: Api, account: Mapping[str, str], exchanges: Iterable[Exchange], base: Redactor | None = None
) -> Redactor:
    """Return what covers the secrets of an account and of these exchanges in any text, and what `base` covers."""
    secrets = [value.encode() for value in select_secrets(api, account).values()]
    for request, response in exchanges:
        secrets += find_secrets(api.root.secrets, request, response)
        secrets += _compute_signatures(account, request)
    return Redactor(secrets, base)


def select_secrets(api: Api, account: Mapping[str, str]) -> dict[str, str]:
    """Return those of an account's values that are secret, by name."""
    return {name: value for name, value in account.items() if name in api.root.secrets and value}


def _compute_signatures(account: Mapping[str, str], request: Request) -> Iterator[bytes]:
    """Yield the signatures that a request should have, by each scheme that the account could sign with.

    Some servers answer a wrong signature with the right one ("wanted 0123…"). Whoever reads a report could then send
    the request, so the right one is covered too, although it was never sent.
    """
    for scheme in SCHEMES.values():
        secret = account.get(scheme.secret_name)
        if secret is None:
            continue
        stages = scheme.recompute_stages(request, secret)
        if isinstance(stages, Stages):
            yield stages.signature.encode()


def get_variable_name(api_id: str, name: str) -> str:
    """Return the variable that holds a credential: `LOOKALIKE_<API>_<NAME>`, upper case, `_` for what is no letter."""
    return "LOOKALIKE_" + re.sub(r"[^A-Z0-9]", "_", f"{api_id}_{name}".upper())


def load_account(api: Api, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the credentials that the environment has for an API; the demo account's where it says nothing."""
    return {name: environment.get(get_variable_name(api.id, name), value) for name, value in api.account.items()}
