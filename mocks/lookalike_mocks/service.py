"""An API that is ready to answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from lookalike_specs import Api, Operation

from .compiled_rules import CompiledRules
from .parsing import ParsedRequest


class Account(msgspec.Struct, frozen=True):
    """Who calls: credentials under the vendor's own names, and what the account or a trigger key brings."""

    credentials: dict[str, str]
    error_id: str = ""
    situation: str = ""


ANONYMOUS: Final = Account({})

# returns "" where a request carries no such credential
CredentialReader = Callable[[ParsedRequest], str]


class Credential(msgspec.Struct, frozen=True):
    """A credential as it was sent, and who read it; "" where there is none."""

    reader: CredentialReader | None
    value: str


NO_CREDENTIAL: Final = Credential(None, "")


# matches a whole value that names a situation, such as `lookalike-{situation}`, and has it as its first group
TriggerPattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation, compiled; `situations` are those that it can be in, by their short ids."""

    operation: Operation
    rules: CompiledRules
    situations: frozenset[str]


# action -> endpoint; the action is "" where path and method say all
Endpoints = Mapping[str, Endpoint]
# method -> action -> endpoint
Methods = Mapping[str, Endpoints]


@dataclass(frozen=True, slots=True)
class RouteTemplate:
    """A path with `{names}` in it, and what it is as a regular expression; `method` and `path` are a route's keys."""

    method: str
    path: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]


class PathMatch(NamedTuple):
    """The operations at a path, by method and action, and the values of the path's names, by method."""

    methods: Methods
    values: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Service:
    """One API, compiled for one choice of variants.

    `routes` go by path, `accounts` by the credential's name and its value. `situations` are all those that the API can
    be in, by their short ids. `templates` are the routes with names in them, the most concrete first; `base_paths` what
    the real servers have before every path, such as `/api/v3`.
    """

    api: Api
    variants: Mapping[str, str]
    routes: Mapping[str, Methods]
    accounts: Mapping[str, Mapping[str, Account]]
    trigger_keys: Mapping[str, TriggerPattern]
    trigger_parameters: tuple[tuple[str, TriggerPattern], ...]
    # by the scheme's name and its parameter
    credential_readers: Mapping[tuple[str, str], CredentialReader]
    situations: frozenset[str]
    templates: tuple[RouteTemplate, ...] = ()
    base_paths: tuple[str, ...] = ()

    def match_path(self, path: str) -> PathMatch:
        """Return the operations at a path; where two templates fit it, the more concrete one has the method."""
        literal = self.routes.get(path, {})
        if not self.templates:
            return PathMatch(literal, {})
        methods = dict(literal)
        values = {}
        for template in self.templates:
            match = template.pattern.fullmatch(path)
            if match is not None and template.method not in methods:
                methods[template.method] = self.routes[template.path][template.method]
                values[template.method] = dict(zip(template.names, match.groups(), strict=True))
        return PathMatch(methods, values)

    def strip_base_path(self, path: str) -> str:
        """Return a path without what the real servers have before it."""
        for base_path in self.base_paths:
            if path == base_path or path.startswith(f"{base_path}/"):
                return path[len(base_path) :] or "/"
        return path

    def find_trigger_account(self, credential: str, value: str) -> Account | None:
        """Return the demo account, in the situation that a trigger key names; None for any other value."""
        pattern = self.trigger_keys.get(credential)
        if pattern is None:
            return None
        match = pattern.fullmatch(value)
        if match is None or match[1] not in self.situations:
            return None
        return Account(self.api.account, situation=match[1])
