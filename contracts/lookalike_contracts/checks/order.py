"""Family `order`: items stand in the order that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

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

PAGE_SIZE = 10


class SortedValue(NamedTuple):
    """A number that items are sorted by, and where it stands."""

    number: Decimal
    value: Any
    response: SearchResponse
    pointer: str


def _list_orders(context: CheckContext) -> list[Order]:
    return context.operation.extension.invariants.orders


def _build_parameters(order: Order) -> dict[str, Any]:
    # an order without a parameter is the one that items have when nobody asks for any
    if not order.parameter:
        return {}
    return {order.parameter: order.value}


def _describe_sort(order: Order) -> str:
    if not order.parameter:
        return "without a sort"
    return f"with {order.parameter}={order.value}"


@active_check(
    "order/sorted",
    summary="Items are in the order that was asked for, from the first page to the last.",
    rationale="Who sorts by price expects the cheapest item on the first page, and looks nowhere else for it.",
    remediation="Sort all items before you cut the result into pages, and compare numbers as numbers, not as text.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: bool(_list_orders(context)),
)
def sort_order(context: CheckContext) -> Iterator[Failure]:
    """Read the first two pages and a later one, in every documented order."""
    return run_parts(_check_sort_order(context, index) for index in range(len(_list_orders(context))))


def _check_sort_order(context: CheckContext, index: int) -> Iterator[Failure]:
    cases = st.tuples(build_image_strategy(context), st.integers(2, 9))
    return falsify_invariant(context, cases, partial(_find_unsorted_item, context, index), 2)


def _find_unsorted_item(context: CheckContext, index: int, case: tuple[Changes, int]) -> Failure | None:
    image, later_page = case
    order = _list_orders(context)[index]
    previous: SortedValue | None = None
    for current in _iter_sorted_values(context, order, image, later_page):
        # across pages too: the last item of one page and the first of the next are neighbours
        if previous is not None and _is_out_of_order(order, previous.number, current.number):
            sort = f"{_describe_sort(order)} it is {order.direction}"
            message = f"{order.field} is {current.value!r} after {previous.value!r}, and {sort}"
            exchanges = [current.response.exchange]
            if previous.response is not current.response:
                exchanges.insert(0, previous.response.exchange)
            return Failure(message, current.pointer, locate_invariant(context, "orders", index), tuple(exchanges))
        previous = current
    require_any([previous] if previous else [], f"a number at {order.field}")
    return None


def _iter_sorted_values(context: CheckContext, order: Order, image: Changes, later_page: int) -> Iterator[SortedValue]:
    """Yield the numbers of each item on the pages 0, 1 and `later_page`, or on the only page there is."""
    for page in _list_pages(context, later_page):
        response = run_search(context, image, _build_parameters(order), page)
        for number, value in enumerate(response.read_values(order.field)):
            parsed = parse_number(value)
            # a price may be missing, or a range in words: nothing can be said of its place
            if parsed is not None:
                yield SortedValue(parsed, value, response, response.build_pointer(number, order.field))


def _list_pages(context: CheckContext, later_page: int) -> list[Changes]:
    if not has_pages(context):
        return [{}]
    pages = get_page_parameters(context)
    return [pages.build_parameters(start, PAGE_SIZE) for start in (0, PAGE_SIZE, PAGE_SIZE * later_page)]


def _is_out_of_order(order: Order, before: Decimal, after: Decimal) -> bool:
    """Tell whether what comes after should have come before; equal numbers may stand either way."""
    if order.direction == "ascending":
        return after < before
    return after > before


@active_check(
    "order/complete",
    summary="A sort neither adds items nor loses any.",
    rationale="Somebody who sorts by price would no longer see an item that was found before.",
    remediation="Sort what the search finds, and leave nothing out.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: any(order.parameter for order in _list_orders(context)) and has_pages(context),
)
def sort_completeness(context: CheckContext) -> Iterator[Failure]:
    """Compare the total and the first page's length, with and without each sort."""
    # two cases more than there are sorts, so that nearly all of them are drawn
    sorts = [index for index, order in enumerate(_list_orders(context)) if order.parameter]
    cases = st.tuples(build_image_strategy(context), st.sampled_from(sorts))
    return falsify_invariant(context, cases, partial(_find_changed_count, context), len(sorts) + 2)


def _find_changed_count(context: CheckContext, case: tuple[Changes, int]) -> Failure | None:
    image, index = case
    order = _list_orders(context)[index]
    first_page = get_page_parameters(context).build_parameters(0, PAGE_SIZE)
    plain = run_search(context, image, first_page)
    sorted_ = run_search(context, image, first_page, _build_parameters(order))
    counts = (("a total of ", plain.total, sorted_.total), ("", len(plain.items), len(sorted_.items)))
    for what, without, with_sort in counts:
        if without != with_sort:
            message = f"{what}{with_sort} items {_describe_sort(order)} and {without} without"
            rule = locate_invariant(context, "orders", index)
            return Failure(message, sorted_.invariants.items, rule, (plain.exchange, sorted_.exchange))
    return None
