"""Whose credentials a server is asked with."""

from __future__ import annotations

from collections.abc import Mapping

from lookalike_contracts.reproduction.secrets import load_account
from lookalike_specs import Api

from .click_ext import CommandError, suggest_closest

Accounts = dict[str, Mapping[str, str]]
CREDENTIALS_FORMAT = "--credentials is API.KEY=VALUE"


def resolve_accounts(apis: tuple[Api, ...], given: tuple[str, ...]) -> Accounts:
    """Return API -> its account: that of the environment or the demo account, with the given values in their place.

    Raises CommandError, which never shows a value.
    """
    changes: dict[str, dict[str, str]] = {api.id: {} for api in apis}
    for number, text in enumerate(given, start=1):
        api, key, value = _parse_credential(text, number)
        if api not in changes:
            raise CommandError(f"{CREDENTIALS_FORMAT}: {api!r} is not checked{suggest_closest(api, list(changes))}")
        if key in changes[api]:
            raise CommandError(f"{CREDENTIALS_FORMAT}: {api}.{key} is given twice")
        changes[api][key] = value
    return {api.id: _merge_account(api, changes[api.id]) for api in apis}


def reject_demo_credentials(apis: tuple[Api, ...], accounts: Accounts) -> None:
    """Raise CommandError for an API that a live service would be asked for as the demo account."""
    for api in apis:
        if accounts[api.id] == api.account:
            names = ", ".join(f"--credentials {api.id}.{name}=…" for name in api.account)
            raise CommandError(f"a live service does not know the demo account of {api.id}; give {names}")


def _parse_credential(text: str, number: int) -> tuple[str, str, str]:
    name, equals, value = text.partition("=")
    api, dot, key = name.partition(".")
    if not (equals and dot and api and key and value):
        raise CommandError(f"{CREDENTIALS_FORMAT}, which number {number} is not")
    return api, key, value


def _merge_account(api: Api, changes: Mapping[str, str]) -> Mapping[str, str]:
    names = sorted({name for credentials, _ in api.accounts for name in credentials})
    for key in changes:
        if key not in names:
            hint = suggest_closest(key, names)
            raise CommandError(f"{CREDENTIALS_FORMAT}: {api.id} has {', '.join(names)}, not {key!r}{hint}")
    return {**load_account(api), **changes}
