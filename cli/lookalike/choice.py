"""Situations chosen by patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from lookalike_mocks.situations import Situation, situations
from lookalike_specs import ids, load


@dataclass(eq=False)
class UnknownChoice(Exception):
    """No situation fits a pattern, or no operation has a name."""

    what: str
    given: str
    nearest: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"no {self.what} is called {self.given!r}; nearest: {self.nearest}"


def chosen(patterns: str | Iterable[str], operation: str = "") -> list[Situation]:
    """The situations that `tmapi/*` and the like mean, `!` before one taking away; of one operation, if one is named.

    Raises UnknownChoice.
    """
    every = {situation.id: situation for api in ids() for situation in situations(load(api))}
    found: dict[str, Situation] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        meant = _meant(pattern.removeprefix("!"), every)
        if pattern.startswith("!"):
            found = {id: situation for id, situation in found.items() if id not in meant}
        else:
            found |= {id: every[id] for id in meant}
    return list(_of(operation, found.values())) if operation else list(found.values())


def _meant(pattern: str, known: Iterable[str]) -> list[str]:
    found = [id for id in known if fnmatchcase(id, pattern)]
    if not found:
        raise UnknownChoice("situation", pattern, nearest(pattern, known))
    return found


def _of(operation: str, found: Iterable[Situation]) -> Iterator[Situation]:
    """Those that an operation can be in."""
    known = [each.id for api in ids() for each in load(api).operations]
    if operation not in known:
        raise UnknownChoice("operation", operation, nearest(operation, known))
    for situation in found:
        api, _, short = situation.id.partition("/")
        error = load(api).root.errors.get(short)
        if error is None or error.concerns(operation):
            yield situation


def nearest(given: str, known: Iterable[str]) -> str:
    """What is most like it."""
    return get_close_matches(given, list(known), n=1, cutoff=0)[0]
