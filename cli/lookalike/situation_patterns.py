"""Situations chosen by patterns and by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from lookalike_mocks.situations import SituationDetails, iter_situations
from lookalike_specs import UnknownApi, list_api_ids, load_api
from lookalike_specs.registry import find_sources
from lookalike_specs.suggest import find_closest

SITUATION_KINDS: Final = ("answer", "error", "fault")


@dataclass(eq=False)
class UnknownChoice(Exception):
    """No situation matches a pattern, or no operation or kind has a name. `kind` is which of the three it is."""

    kind: str
    value: str
    closest: str

    def __str__(self) -> str:
        return f"no {self.kind} is called {self.value!r}; nearest: {self.closest}"


def expand_words(words: Iterable[str]) -> list[str]:
    """Return the patterns that words of a command line mean: `tmapi` is `tmapi/*`, `tmapi/439` is itself.

    Raises UnknownApi for a word that is neither an API nor a pattern; UnknownChoice where it is a situation's name
    without its API.
    """
    patterns = []
    for word in words:
        bare = word.removeprefix("!")
        if "/" in bare or "*" in bare:
            patterns.append(word)
            continue
        try:
            load_api(bare)
        except UnknownApi:
            _reject_short_name(bare)
            raise
        patterns.append(f"{word}/*")
    return patterns


def _reject_short_name(word: str) -> None:
    """Raise UnknownChoice for `439`, which is called `tmapi/439`."""
    ids = [situation_id for situation_id in _load_situations(list_api_ids()) if situation_id.endswith(f"/{word}")]
    if ids:
        raise UnknownChoice("situation", word, ids[0])


def match_situations(
    patterns: str | Iterable[str], operation: str = "", kinds: str | Iterable[str] = ()
) -> list[SituationDetails]:
    """Return the situations that the patterns mean, such as `tmapi/*`; `!tmapi/4*` takes away.

    Patterns count in their order. With `operation`, only situations that it can be in; with `kinds`, only those of
    SITUATION_KINDS. Raises UnknownChoice.
    """
    if isinstance(patterns, str):
        patterns = [patterns]
    # read twice below, and an iterator could be read once only
    patterns = list(patterns)
    every = _load_situations(_list_concerned_apis(patterns))
    selected: dict[str, SituationDetails] = {}
    for pattern in patterns:
        matches = _match_pattern(pattern.removeprefix("!"), every)
        for situation_id in matches:
            if pattern.startswith("!"):
                selected.pop(situation_id, None)
            else:
                selected[situation_id] = every[situation_id]
    situations = list(_filter_by_kind(kinds, selected.values()))
    if operation:
        return list(_filter_by_operation(operation, situations))
    return situations


def _list_concerned_apis(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the APIs that patterns can mean, those of documents that --spec names among them.

    Where every pattern begins with an API's id, the others need not be loaded: a fifth of the time.
    """
    prefixes = [pattern.removeprefix("!").partition("/")[0] for pattern in patterns]
    sources = find_sources()
    if all(prefix in sources for prefix in prefixes):
        return tuple(dict.fromkeys(prefixes))
    return tuple(dict.fromkeys((*list_api_ids(), *(prefix for prefix in prefixes if prefix in sources))))


def _load_situations(api_ids: Iterable[str]) -> dict[str, SituationDetails]:
    situations: dict[str, SituationDetails] = {}
    for api in api_ids:
        for situation in iter_situations(load_api(api)):
            situations[situation.id] = situation
    return situations


def _match_pattern(pattern: str, situation_ids: Iterable[str]) -> list[str]:
    matches = [situation_id for situation_id in situation_ids if fnmatchcase(situation_id, pattern)]
    if not matches:
        raise UnknownChoice("situation", pattern, find_closest(pattern, situation_ids))
    return matches


def _filter_by_kind(kinds: str | Iterable[str], situations: Iterable[SituationDetails]) -> Iterator[SituationDetails]:
    """Yield those of these kinds, all where none is named. Raises UnknownChoice."""
    if isinstance(kinds, str):
        kinds = [kinds]
    selected_kinds = set(kinds)
    for kind in selected_kinds:
        if kind not in SITUATION_KINDS:
            raise UnknownChoice("kind of situation", kind, find_closest(kind, SITUATION_KINDS))
    for situation in situations:
        if not selected_kinds or situation.kind in selected_kinds:
            yield situation


def _filter_by_operation(operation: str, situations: Iterable[SituationDetails]) -> Iterator[SituationDetails]:
    """Yield those that the operation can be in. Raises UnknownChoice."""
    operation_ids = [existing.id for api in find_sources() for existing in load_api(api).operations]
    if operation not in operation_ids:
        raise UnknownChoice("operation", operation, find_closest(operation, operation_ids))
    for situation in situations:
        if operation in situation.operations:
            yield situation
