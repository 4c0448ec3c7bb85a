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
    """No situation fits a pattern, or no operation has a name."""

    kind: str
    value: str
    closest: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"no {self.kind} is called {self.value!r}; nearest: {self.closest}"


def match_situations(patterns: str | Iterable[str], operation: str = "") -> list[SituationDetails]:
    """The situations that `tmapi/*` and the like mean, `!` before one taking away; of one operation, if one is named.

    Raises UnknownChoice.
    """
    every = {situation.id: situation for api in list_api_ids() for situation in iter_situations(load_api(api))}
    found: dict[str, SituationDetails] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        meant = _match_pattern(pattern.removeprefix("!"), every)
        if pattern.startswith("!"):
            found = {id: situation for id, situation in found.items() if id not in meant}
        else:
            found |= {id: every[id] for id in meant}
    return list(_filter_by_operation(operation, found.values())) if operation else list(found.values())


def _match_pattern(pattern: str, known: Iterable[str]) -> list[str]:
    found = [id for id in known if fnmatchcase(id, pattern)]
    if not found:
        raise UnknownChoice("situation", pattern, find_closest(pattern, known))
    return found


def _filter_by_operation(operation: str, found: Iterable[SituationDetails]) -> Iterator[SituationDetails]:
    """Those that an operation can be in."""
    known = [each.id for api in list_api_ids() for each in load_api(api).operations]
    if operation not in known:
        raise UnknownChoice("operation", operation, find_closest(operation, known))
    for situation in found:
        api, _, short = situation.id.partition("/")
        error = load_api(api).root.errors.get(short)
        if error is None or error.applies_to(operation):
            yield situation
