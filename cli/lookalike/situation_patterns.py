"""Situations chosen by patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lookalike_mocks.situations import SituationDetails, iter_situations
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.suggest import find_closest


@dataclass(eq=False)
class UnknownChoice(Exception):
    """No situation matches a pattern, or no operation has a name. `kind` is "situation" or "operation"."""

    kind: str
    value: str
    closest: str

    def __str__(self) -> str:
        return f"no {self.kind} is called {self.value!r}; nearest: {self.closest}"


def match_situations(patterns: str | Iterable[str], operation: str = "") -> list[SituationDetails]:
    """Return the situations that the patterns mean, such as `tmapi/*`; `!tmapi/4*` takes away.

    Patterns count in their order. With `operation`, only situations that it can be in. Raises UnknownChoice.
    """
    if isinstance(patterns, str):
        patterns = [patterns]
    every = _load_situations()
    selected: dict[str, SituationDetails] = {}
    for pattern in patterns:
        matches = _match_pattern(pattern.removeprefix("!"), every)
        for situation_id in matches:
            if pattern.startswith("!"):
                selected.pop(situation_id, None)
            else:
                selected[situation_id] = every[situation_id]
    if operation:
        return list(_filter_by_operation(operation, selected.values()))
    return list(selected.values())


def _load_situations() -> dict[str, SituationDetails]:
    situations: dict[str, SituationDetails] = {}
    for api in list_api_ids():
        for situation in iter_situations(load_api(api)):
            situations[situation.id] = situation
    return situations


def _match_pattern(pattern: str, situation_ids: Iterable[str]) -> list[str]:
    matches = [situation_id for situation_id in situation_ids if fnmatchcase(situation_id, pattern)]
    if not matches:
        raise UnknownChoice("situation", pattern, find_closest(pattern, situation_ids))
    return matches


def _filter_by_operation(operation: str, situations: Iterable[SituationDetails]) -> Iterator[SituationDetails]:
    """Yield those that the operation can be in. Raises UnknownChoice."""
    operation_ids = [existing.id for api in list_api_ids() for existing in load_api(api).operations]
    if operation not in operation_ids:
        raise UnknownChoice("operation", operation, find_closest(operation, operation_ids))
    for situation in situations:
        if operation in situation.operations:
            yield situation
