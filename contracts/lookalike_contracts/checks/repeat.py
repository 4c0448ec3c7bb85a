"""Family `repeat`: the same request, the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from ..answers.pointer import without
from ..finding import Broken
from ..registry import probe
from ..searches.pages import has_pages, pages
from ..searches.search import SOURCE, Changes, find, held, pictures, rule, searches
from ..subject import Subject


@probe(
    "repeat/same",
    says="The same request, signed anew, gets the same answer but for what is documented to differ.",
    why="Paging, caches and tests of clients rest on it.",
    how="Let nothing of the answer depend on the time, on chance or on who asked before.",
    source=SOURCE,
    applies=searches,
)
def same(subject: Subject) -> Iterator[Broken]:
    """Twice the same: the plain search, a later page, a sort, a filter."""
    fleeting = tuple(subject.operation.extension.promises.fleeting)

    def broken(drawn: tuple[Changes, Changes]) -> Broken | None:
        one, other = (find(subject, *drawn) for _ in range(2))
        place = _differs(without(one.body, fleeting), without(other.body, fleeting))
        if place is None:
            return None
        shown = (one.exchange, other.exchange)
        return Broken(
            f"{place or 'the answer'} differs from one call to the next", place, rule(subject, "fleeting"), shown
        )

    return held(subject, st.tuples(pictures(subject), st.sampled_from(_changes(subject))), broken, 6)


def _changes(subject: Subject) -> list[Changes]:
    """What else may be asked for."""
    promises, cut = subject.operation.extension.promises, pages(subject)
    later: list[Changes] = [cut.at(0, 10), cut.at(10, 10)] if has_pages(subject) else []
    sorts: list[Changes] = [{order.parameter: order.value} for order in promises.orders if order.parameter]
    plain = [filter for filter in promises.filters if "{}" not in str(filter.value)]
    filters: list[Changes] = [{**filter.given, filter.parameter: filter.value} for filter in plain]
    return [{}, *later, *sorts, *filters]


def _differs(one: Any, other: Any, place: str = "") -> str | None:
    """The first place where two answers differ; None when they are the same."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(key, one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(str(at), *pair) for at, pair in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other and type(one) is type(other) else place
    found = (_differs(inner, outer, f"{place}/{step}") for step, inner, outer in pairs)
    return next((place for place in found if place is not None), None)
