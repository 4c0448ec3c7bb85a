"""An API that is ready to answer."""

from __future__ import annotations

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
class Service:
    """One API, compiled for one choice of variants."""

    api: Api
    variants: Mapping[str, str]
    routes: Mapping[tuple[str, str], Mapping[str, Endpoint]]
    accounts: Mapping[str, Mapping[str, Account]]
    trigger_keys: Mapping[str, TriggerPattern]
    trigger_parameters: tuple[tuple[str, TriggerPattern], ...]
    credential_readers: tuple[Callable[[ParsedRequest], str], ...]

    def find_account(self, credential: str, value: str) -> Account | None:
        """Who that credential belongs to; a magic one belongs to the demo account."""
        known = self.accounts[credential].get(value)
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
