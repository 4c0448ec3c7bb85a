"""Family `filter`: each filter leaves what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from hypothesis import strategies as st

from lookalike_specs.promises import Filter, Truth
from lookalike_specs.sample import text

from ..answers.number import number
from ..finding import Broken
from ..registry import probe
from ..searches.pages import SHOWN, first
from ..searches.search import FEW, SOURCE, Changes, Found, each, held, pictures, rule, some, told
from ..subject import Subject

STANDS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
ITSELF = ("=", "<=", ">=")


def _filters(subject: Subject) -> list[Filter]:
    return subject.operation.extension.promises.filters


def _asked(filter: Filter, value: Any) -> dict[str, Any]:
    return {**filter.given, filter.parameter: value}


def _filled(filter: Filter, plain: Found, at: int) -> tuple[Any, Any]:
    """The value to send, and what of an item it is filled with, if with anything. Raises Untold."""
    if not (isinstance(filter.value, str) and "{}" in filter.value) or filter.holds is None:
        return filter.value, None
    pointer = filter.holds.pointer
    seen = [value for value in plain.values(pointer) if isinstance(value, str | int) and '"' not in str(value)]
    taken = some(seen, pointer)[at % len(seen)]
    return filter.value.replace("{}", str(taken)), taken


@probe(
    "filter/holds",
    says="Every item that a filter leaves is as the filter wants it.",
    why="Whoever asks for factories alone would be sent to dealers.",
    how="Leave out what does not fit, and nothing else.",
    source=SOURCE,
    applies=lambda subject: any(filter.holds for filter in _filters(subject)),
)
def holds(subject: Subject) -> Iterator[Broken]:
    """Each filter alone, as far as the items show it."""
    every = enumerate(_filters(subject))
    return each(_holds(subject, place, filter, filter.holds) for place, filter in every if filter.holds)


def _holds(subject: Subject, place: int, filter: Filter, truth: Truth) -> Iterator[Broken]:
    def broken(drawn: tuple[Changes, int]) -> Broken | None:
        picture, at = drawn
        plain = first(subject, picture, filter.given)
        value, taken = _filled(filter, plain, at)
        found = first(subject, picture, _asked(filter, value))
        known = found.values(truth.pointer)
        for at, seen in enumerate(known):
            for wrong in _wrong(truth, seen, taken, known[:at]):
                message = f"{truth.pointer} is {seen!r} with {told({filter.parameter: value})}, and {wrong}"
                return Broken(message, found.place(at, truth.pointer), _where(subject, place), (found.exchange,))
        if truth.stands not in ITSELF or taken is None or taken in known or found.is_cut:
            return None
        message = f"no item with {told({filter.parameter: value})}, although {taken!r} stands at {truth.pointer} of one"
        return Broken(message, found.promises.items, _where(subject, place), (plain.exchange, found.exchange))

    return held(subject, st.tuples(pictures(subject), st.integers(0, SHOWN - 1)), broken, 2)


def _wrong(truth: Truth, seen: Any, taken: Any, before: list[Any]) -> Iterator[str]:
    """What is wrong with a value that a filter left."""
    worth, written = number(seen), str(seen).casefold()
    least, most = number(truth.at_least), number(truth.at_most)
    if truth.equals is not None and seen != truth.equals:
        yield f"must be {truth.equals!r}"
    if any(word not in written for word in truth.contains.replace("{}", str(taken)).casefold().split()):
        yield "must contain it"
    if least is not None and (worth is None or worth < least):
        yield f"must be at least {least}"
    if most is not None and (worth is None or worth > most):
        yield f"must be at most {most}"
    if truth.distinct and seen in before:
        yield "stands there twice"
    if truth.stands and not _stands(truth.stands, seen, taken):
        yield f"must be {truth.stands} {taken!r}"


def _stands(relation: str, seen: Any, taken: Any) -> bool:
    return type(seen) is type(taken) and bool(STANDS[relation](seen, taken))


@probe(
    "filter/narrows",
    says="A filter leaves no more than there was without it, and nothing that was not there.",
    why="A filter that brings other goods is another search.",
    how="Take away from what the search finds.",
    source=SOURCE,
    applies=lambda subject: any(filter.narrows for filter in _filters(subject)),
)
def narrows(subject: Subject) -> Iterator[Broken]:
    """Totals, and the items themselves where all of them stand on the page."""
    return each(_narrows(subject, place, filter) for place, filter in enumerate(_filters(subject)) if filter.narrows)


def _narrows(subject: Subject, place: int, filter: Filter) -> Iterator[Broken]:
    def broken(picture: Changes) -> Broken | None:
        plain = first(subject, picture, filter.given)
        value, _ = _filled(filter, plain, 0)
        found = first(subject, picture, _asked(filter, value))
        shown = (plain.exchange, found.exchange)
        if plain.total is not None and found.total is not None and found.total > plain.total:
            message = f"a total of {found.total} with {told({filter.parameter: value})} and of {plain.total} without"
            return Broken(message, "", _where(subject, place), shown)
        if not plain.is_cut and (more := set(found.ids) - set(plain.ids)):
            message = f"{len(more)} items with {told({filter.parameter: value})} that are not there without"
            return Broken(message, found.promises.items, _where(subject, place), shown)
        return None

    return held(subject, pictures(subject), broken, 1)


@probe(
    "filter/apart",
    says="Two filters that exclude each other leave nothing in common.",
    why="It is all that can be told of a filter that items do not show.",
    how="Hold each item to the filter.",
    source=SOURCE,
    applies=lambda subject: any(filter.apart is not None for filter in _filters(subject)),
)
def apart(subject: Subject) -> Iterator[Broken]:
    """What each of the two finds."""
    every = enumerate(_filters(subject))
    return each(_apart(subject, place, filter) for place, filter in every if filter.apart is not None)


def _apart(subject: Subject, place: int, filter: Filter) -> Iterator[Broken]:
    def broken(picture: Changes) -> Broken | None:
        one = first(subject, picture, _asked(filter, filter.value))
        other = first(subject, picture, _asked(filter, filter.apart))
        both = set(one.ids) & set(other.ids)
        if not both:
            return None
        two = f"{told({filter.parameter: filter.value})} and with {text(filter.apart)}"
        message = f"{len(both)} items are found with {two} as well"
        return Broken(message, one.promises.items, _where(subject, place), (one.exchange, other.exchange))

    return held(subject, pictures(subject), broken, FEW)


@probe(
    "filter/idle",
    says="A filter that is switched off filters nothing.",
    why="Clients send all their switches, those that are off as well.",
    how="Take the value for off as if the parameter were not there.",
    source=SOURCE,
    applies=lambda subject: any(filter.idle is not None for filter in _filters(subject)),
)
def idle(subject: Subject) -> Iterator[Broken]:
    """The same page without each filter and with it switched off."""
    every = enumerate(_filters(subject))
    return each(_idle(subject, place, filter) for place, filter in every if filter.idle is not None)


def _idle(subject: Subject, place: int, filter: Filter) -> Iterator[Broken]:
    def broken(_: Mapping[str, Any]) -> Broken | None:
        plain, off = first(subject, filter.given), first(subject, _asked(filter, filter.idle))
        if plain.ids == off.ids and plain.total == off.total:
            return None
        message = f"other items with {told({filter.parameter: filter.idle})} than without"
        return Broken(message, off.promises.items, _where(subject, place), (plain.exchange, off.exchange))

    return held(subject, pictures(subject), broken, 1)


def _where(subject: Subject, place: int) -> str:
    return rule(subject, "filters", place)
