"""Family `order`: items stand in the order that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from lookalike_specs.invariants import Order

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.values import parse_number
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    SearchResponse,
    build_image_strategy,
    falsify_invariant,
    get_page_parameters,
    has_pages,
    locate_invariant,
    require_any,
    run_parts,
    run_search,
)


def _orders(subject: CheckContext) -> list[Order]:
    return subject.operation.extension.invariants.orders


def _build_parameters(order: Order) -> dict[str, Any]:
    return {order.parameter: order.value} if order.parameter else {}


@active_check(
    "order/sorted",
    summary="Items are in the order that was asked for, from the first page to the last.",
    rationale="The cheapest one is looked for on the first page alone.",
    remediation="Sort all that is found before it is cut into pages, and numbers as numbers.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: bool(_orders(subject)),
)
def sort_order(subject: CheckContext) -> Iterator[Failure]:
    """The first two pages and a later one, in every documented order."""
    return run_parts(_check_sort_order(subject, place, order) for place, order in enumerate(_orders(subject)))


def _check_sort_order(subject: CheckContext, place: int, order: Order) -> Iterator[Failure]:
    cut = get_page_parameters(subject)
    where = locate_invariant(subject, "orders", place)

    def broken(drawn: tuple[Changes, int]) -> Failure | None:
        picture, later = drawn
        before: tuple[Any, SearchResponse] | None = None
        for start in (0, 10, 10 * later) if has_pages(subject) else (0,):
            found = run_search(
                subject,
                picture,
                _build_parameters(order),
                cut.build_parameters(start, 10) if has_pages(subject) else {},
            )
            for at, value in enumerate(found.read_values(order.field)):
                if (worth := parse_number(value)) is None:
                    continue
                if before is not None and _is_out_of_order(order, parse_number(before[0]), worth):
                    message = f"{order.field} is {value!r} after {before[0]!r}, and {_describe_sort(order)} it is {order.direction}"
                    shown = (before[1].exchange, found.exchange) if before[1] is not found else (found.exchange,)
                    return Failure(message, found.build_pointer(at, order.field), where, shown)
                before = value, found
        require_any([before] if before else [], f"a number at {order.field}")
        return None

    return falsify_invariant(subject, st.tuples(build_image_strategy(subject), st.integers(2, 9)), broken, 2)


def _is_out_of_order(order: Order, before: Any, after: Any) -> bool:
    """Whether what comes after should have come before; what is alike may stand either way."""
    return bool(after < before if order.direction == "ascending" else after > before)


def _describe_sort(order: Order) -> str:
    return f"with {order.parameter}={order.value}" if order.parameter else "without a sort"


@active_check(
    "order/complete",
    summary="A sort neither adds items nor loses any.",
    rationale="A client that sorts by price would not see what it found before.",
    remediation="Sort what the search finds, and nothing else.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: any(order.parameter for order in _orders(subject)) and has_pages(subject),
)
def sort_completeness(subject: CheckContext) -> Iterator[Failure]:
    """How many there are in all and on the first page, with and without each sort."""

    def broken(drawn: tuple[Changes, int]) -> Failure | None:
        picture, place = drawn
        order = _orders(subject)[place]
        first = get_page_parameters(subject).build_parameters(0, 10)
        plain = run_search(subject, picture, first)
        found = run_search(subject, picture, first, _build_parameters(order))
        for what, one, other in (("a total of ", plain.total, found.total), ("", len(plain.items), len(found.items))):
            if one != other:
                message = f"{what}{other} items {_describe_sort(order)} and {one} without"
                shown = (plain.exchange, found.exchange)
                return Failure(message, found.invariants.items, locate_invariant(subject, "orders", place), shown)
        return None

    sorts = [place for place, order in enumerate(_orders(subject)) if order.parameter]
    return falsify_invariant(
        subject, st.tuples(build_image_strategy(subject), st.sampled_from(sorts)), broken, len(sorts) + 2
    )
