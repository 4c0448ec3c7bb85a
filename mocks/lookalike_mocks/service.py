"""An API that is ready to answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lookalike_specs import Api, Operation
from lookalike_specs.api import ParameterLocation
from lookalike_specs.messages import Response

from .compiled_rules import CompiledRules
from .faults import FAULTS
from .parsing import ParsedRequest


class Account(msgspec.Struct, frozen=True):
    """Who calls: credentials under the vendor's own names, and what the account or a magic key brings."""

    credentials: dict[str, str]
    error_id: str = ""
    situation: str = ""


# world, call -> the answer
Handler = Callable[[Any, Any], Response]
TriggerPattern = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation, compiled; `foreign` are the errors that only other operations answer."""

    operation: Operation
    body_location: ParameterLocation | None
    compiled_rules: CompiledRules
    handler: Handler
    foreign_errors: frozenset[str]


@dataclass(frozen=True, slots=True)
class RouteTemplate:
    """A path with `{names}` in it, and what it is as a regular expression; `method` and `path` are a route's key."""

    method: str
    path: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One API, compiled for one choice of variants."""

    api: Api
    variants: Mapping[str, str]
    routes: Mapping[tuple[str, str], Mapping[str, Endpoint]]
    accounts: Mapping[str, Mapping[str, Account]]
    trigger_keys: Mapping[str, TriggerPattern]
    trigger_parameters: tuple[tuple[str, TriggerPattern], ...]
    credential_readers: tuple[Callable[[ParsedRequest], str], ...]
    templates: tuple[RouteTemplate, ...] = ()

    def match_template(self, method: str, path: str) -> tuple[RouteTemplate, dict[str, str]] | None:
        """Return the most concrete template that a path fits, and the values in it; of any method, if it is ""."""
        for template in self.templates:
            if method in ("", template.method) and (match := template.pattern.fullmatch(path)):
                return template, dict(zip(template.names, match.groups(), strict=True))
        return None

    def has_path(self, path: str) -> bool:
        """Return whether an operation has that path, by whatever method."""
        return any(path == known for _, known in self.routes) or self.match_template("", path) is not None

    def list_methods(self, path: str) -> list[str]:
        """Return the methods of a path, in alphabetical order."""
        methods = {method for method, known in self.routes if path == known}
        methods |= {template.method for template in self.templates if template.pattern.fullmatch(path)}
        return sorted(methods)

    def find_account(self, credential: str, value: str) -> Account | None:
        """Who that credential belongs to; a magic one belongs to the demo account."""
        known = self.accounts.get(credential, {}).get(value)
        if (
            known is None
            and (situation := parse_trigger(value, self.trigger_keys.get(credential)))
            and self.has_situation(situation)
        ):
            return Account(self.api.account, situation=situation)
        return known

    def has_situation(self, situation: str) -> bool:
        """Whether the API can be in that situation."""
        return situation in self.api.root.errors or situation in self.api.root.situations or situation in FAULTS


def parse_trigger(value: Any, template: TriggerPattern | None) -> str:
    """The situation that a magic value names; "" when it is not one."""
    if template is None or not isinstance(value, str):
        return ""
    before, after = template
    fits = value.startswith(before) and value.endswith(after) and len(value) > len(before) + len(after)
    return value[len(before) : len(value) - len(after)] if fits else ""
