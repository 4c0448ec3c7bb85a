"""Whose credentials a server is asked with."""

from __future__ import annotations

from collections.abc import Mapping

from lookalike_contracts.evidence.environment import account
from lookalike_specs import Api

from .group import Problem, nearest

Accounts = dict[str, Mapping[str, str]]
WANTED = "--credentials is API.KEY=VALUE"


def accounts(apis: tuple[Api, ...], given: tuple[str, ...]) -> Accounts:
    """API -> the account of the environment or the demo account, with what is given in its place.

    Raises Problem, which never shows a value.
    """
    changes: dict[str, dict[str, str]] = {api.id: {} for api in apis}
    for number, text in enumerate(given, start=1):
        api, key, value = _read(text, number)
        if api not in changes:
            raise Problem(f"{WANTED}: {api!r} is not checked{nearest(api, list(changes))}")
        if key in changes[api]:
            raise Problem(f"{WANTED}: {api}.{key} is given twice")
        changes[api][key] = value
    return {api.id: _account(api, changes[api.id]) for api in apis}


def real(apis: tuple[Api, ...], found: Accounts) -> None:
    """Raises Problem for an API that a live service would be asked for with the demo account's credentials."""
    for api in apis:
        if found[api.id] == api.account:
            names = ", ".join(f"--credentials {api.id}.{name}=…" for name in api.account)
            raise Problem(f"a live service does not know the demo account of {api.id}; give {names}")


def _read(text: str, number: int) -> tuple[str, str, str]:
    name, equals, value = text.partition("=")
    api, dot, key = name.partition(".")
    if not (equals and dot and api and key and value):
        raise Problem(f"{WANTED}, which number {number} is not")
    return api, key, value


def _account(api: Api, changes: Mapping[str, str]) -> Mapping[str, str]:
    known = sorted({name for credentials, _ in api.accounts for name in credentials})
    for key in changes:
        if key not in known:
            raise Problem(f"{WANTED}: {api.id} has {', '.join(known)}, not {key!r}{nearest(key, known)}")
    return {**account(api), **changes}
