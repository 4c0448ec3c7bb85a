"""Family `order`: items stand in the order that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from lookalike_specs.promises import Order

from ..answers.number import number
from ..finding import Broken
from ..registry import probe
from ..searches.pages import has_pages, pages
from ..searches.search import SOURCE, Changes, Found, each, find, held, pictures, rule, some
from ..subject import Subject


def _orders(subject: Subject) -> list[Order]:
    return subject.operation.extension.promises.orders


def _asked(order: Order) -> dict[str, Any]:
    return {order.parameter: order.value} if order.parameter else {}


@probe(
    "order/sorted",
    says="Items are in the order that was asked for, from the first page to the last.",
    why="The cheapest one is looked for on the first page alone.",
    how="Sort all that is found before it is cut into pages, and numbers as numbers.",
    source=SOURCE,
    applies=lambda subject: bool(_orders(subject)),
)
def ordered(subject: Subject) -> Iterator[Broken]:
    """The first two pages and a later one, in every documented order."""
    return each(_ordered(subject, place, order) for place, order in enumerate(_orders(subject)))


def _ordered(subject: Subject, place: int, order: Order) -> Iterator[Broken]:
    cut, where = pages(subject), rule(subject, "orders", place)

    def broken(drawn: tuple[Changes, int]) -> Broken | None:
        picture, later = drawn
        before: tuple[Any, Found] | None = None
        for start in (0, 10, 10 * later) if has_pages(subject) else (0,):
            found = find(subject, picture, _asked(order), cut.at(start, 10) if has_pages(subject) else {})
            for at, value in enumerate(found.values(order.by)):
                if (worth := number(value)) is None:
                    continue
                if before is not None and _astray(order, number(before[0]), worth):
                    message = f"{order.by} is {value!r} after {before[0]!r}, and {_told(order)} it is {order.way}"
                    shown = (before[1].exchange, found.exchange) if before[1] is not found else (found.exchange,)
                    return Broken(message, found.place(at, order.by), where, shown)
                before = value, found
        some([before] if before else [], f"a number at {order.by}")
        return None

    return held(subject, st.tuples(pictures(subject), st.integers(2, 9)), broken, 2)


def _astray(order: Order, before: Any, after: Any) -> bool:
    """Whether what comes after should have come before; what is alike may stand either way."""
    return bool(after < before if order.way == "ascending" else after > before)


def _told(order: Order) -> str:
    return f"with {order.parameter}={order.value}" if order.parameter else "without a sort"


@probe(
    "order/complete",
    says="A sort neither adds items nor loses any.",
    why="A client that sorts by price would not see what it found before.",
    how="Sort what the search finds, and nothing else.",
    source=SOURCE,
    applies=lambda subject: any(order.parameter for order in _orders(subject)) and has_pages(subject),
)
def complete(subject: Subject) -> Iterator[Broken]:
    """How many there are in all and on the first page, with and without each sort."""

    def broken(drawn: tuple[Changes, int]) -> Broken | None:
        picture, place = drawn
        order, first = _orders(subject)[place], pages(subject).at(0, 10)
        plain, found = find(subject, picture, first), find(subject, picture, first, _asked(order))
        for what, one, other in (("a total of ", plain.total, found.total), ("", len(plain.items), len(found.items))):
            if one != other:
                message = f"{what}{other} items {_told(order)} and {one} without"
                shown = (plain.exchange, found.exchange)
                return Broken(message, found.promises.items, rule(subject, "orders", place), shown)
        return None

    sorts = [place for place, order in enumerate(_orders(subject)) if order.parameter]
    return held(subject, st.tuples(pictures(subject), st.sampled_from(sorts)), broken, len(sorts) + 2)
