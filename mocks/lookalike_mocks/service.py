"""An API made ready to answer: everything that can be decided at start is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lookalike_specs import Api, Operation, load, variants
from lookalike_specs.api import Place

from .call import Account
from .validate import Checker, checker, counts
from .vendors import PAGES, Page

Template = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation, compiled."""

    operation: Operation
    body: Place | None
    checker: Checker
    page: Page


@dataclass(frozen=True, slots=True)
class Service:
    """One API, compiled for one choice of variants."""

    api: Api
    variants: Mapping[str, str]
    routes: Mapping[tuple[str, str], Mapping[str, Endpoint]]
    accounts: Mapping[str, Mapping[str, Account]]
    magic_keys: Mapping[str, Template]
    magic_values: tuple[tuple[str, Template], ...]

    def account(self, credential: str, value: str) -> Account | None:
        """Who that credential belongs to; a magic one belongs to the demo account."""
        known = self.accounts[credential].get(value)
        if (
            known is None
            and (situation := situation_in(value, self.magic_keys.get(credential)))
            and self.knows(situation)
        ):
            return Account(self.api.account, situation=situation)
        return known

    def knows(self, situation: str) -> bool:
        """Whether the API can be in that situation."""
        return situation in self.api.root.errors or situation in self.api.root.situations


def service(api_id: str, chosen: dict[str, str] | None = None) -> Service:
    """Compile one API. Raises UnknownApi, UnknownVariant, SpecError."""
    api = load(api_id)
    switches = variants(api, chosen or {})
    routes: dict[tuple[str, str], dict[str, Endpoint]] = {}
    for operation in api.operations:
        schemes = tuple(scheme for scheme in operation.schemes if counts(scheme.extension.when, switches))
        page = PAGES[operation.extension.page]
        endpoint = Endpoint(
            replace(operation, schemes=schemes), operation.body_place, checker(operation, switches), page
        )
        routes.setdefault((operation.method, operation.path), {})[operation.extension.action] = endpoint
    magic = api.root.magic
    return Service(
        api=api,
        variants=switches,
        routes=routes,
        accounts=_accounts(api),
        magic_keys={found.credential: _template(found.template) for found in magic if found.credential},
        magic_values=tuple((found.parameter, _template(found.template)) for found in magic if found.parameter),
    )


def situation_in(value: Any, template: Template | None) -> str:
    """The situation that a magic value names; "" when it is not one."""
    if template is None or not isinstance(value, str):
        return ""
    before, after = template
    fits = value.startswith(before) and value.endswith(after) and len(value) > len(before) + len(after)
    return value[len(before) : len(value) - len(after)] if fits else ""


def _template(text: str) -> Template:
    before, _, after = text.partition("{situation}")
    return before, after


def _accounts(api: Api) -> dict[str, dict[str, Account]]:
    """Credential name -> its value -> who that is."""
    table: dict[str, dict[str, Account]] = {}
    for credentials, error in api.accounts:
        for name, value in credentials.items():
            table.setdefault(name, {}).setdefault(value, Account(credentials, error=error))
    return table
