"""Family `range`: two bounds, both of them inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from hypothesis import strategies as st

from lookalike_specs.invariants import Range

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.values import parse_number
from ..search import (
    DEFAULT_PAGE_SIZE,
    INVARIANTS_SOURCE,
    Bound,
    Changes,
    SearchResponse,
    build_bounds,
    build_image_strategy,
    falsify_invariant,
    fetch_first_page,
    locate_invariant,
    require_any,
    run_parts,
)

ZERO: Final = Decimal(0)
# more than anything costs
FAR_BOUND: Final = Decimal(10**8)
BoundsFunction = Callable[[Decimal, Decimal, Decimal], tuple[Bound, Bound]]
# the bounds to send, made of two items' numbers, the smaller first, and the smallest step: a cent, say.
# A server that compares with < instead of <= is wrong exactly at an item's number, and one that rounds a step beside it.
BOUND_CASES: Final[Mapping[str, BoundsFunction]] = {
    "both": lambda low, high, _: (low, high),
    "the low one": lambda low, _, __: (low, None),
    "the high one": lambda low, _, __: (None, low),
    "a step above the low one": lambda low, _, step: (low + step, None),
    "a step below the high one": lambda _, high, step: (None, high - step),
    "a step above": lambda low, _, step: (low + step, low + step),
    "a step below": lambda _, high, step: (max(high - step, ZERO), max(high - step, ZERO)),
    "far away": lambda _, __, ___: (FAR_BOUND, FAR_BOUND),
}


def _list_ranges(context: CheckContext) -> list[Range]:
    return context.operation.extension.invariants.ranges


def _read_numbers(response: SearchResponse, bounds: Range) -> list[Decimal]:
    numbers = (parse_number(value) for value in response.read_values(bounds.field))
    return [number for number in numbers if number is not None]


def _format_bounds(low: Bound, high: Bound) -> str:
    low_text = "…" if low is None else str(low)
    high_text = "…" if high is None else str(high)
    return f"{low_text} to {high_text}"


@active_check(
    "range/inside",
    summary="Every item is within the bounds, either of which may be left out.",
    rationale="A buyer who asks for goods up to 20.00 does not want one for 20.01.",
    remediation="Compare amounts as exact numbers, to the smallest unit.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: bool(_list_ranges(context)),
)
def items_within_bounds(context: CheckContext) -> Iterator[Failure]:
    """Set bounds at items' own numbers and a step beside them, where a server that is off by one shows it."""
    return run_parts(_check_within_bounds(context, index) for index in range(len(_list_ranges(context))))


def _check_within_bounds(context: CheckContext, index: int) -> Iterator[Failure]:
    bounds = _list_ranges(context)[index]
    plain = fetch_first_page(context)
    numbers = require_any(_read_numbers(plain, bounds), f"a number at {bounds.field}")
    position = st.integers(0, DEFAULT_PAGE_SIZE - 1)
    for kind in BOUND_CASES:
        cases = st.tuples(st.just(kind), position, position)
        rule = partial(_find_item_outside, context, index, plain, numbers)
        yield from falsify_invariant(context, cases, rule, 2)


def _find_item_outside(
    context: CheckContext, index: int, plain: SearchResponse, numbers: list[Decimal], case: tuple[str, int, int]
) -> Failure | None:
    bounds = _list_ranges(context)[index]
    rule = locate_invariant(context, "ranges", index)
    low, high = _pick_bounds(bounds, numbers, case)
    response = fetch_first_page(context, build_bounds(bounds, low, high))
    for position, value in enumerate(response.read_values(bounds.field)):
        number = parse_number(value)
        if number is not None and _is_outside(number, low, high):
            message = f"{bounds.field} is {value!r}, outside of {_format_bounds(low, high)}"
            return Failure(message, response.build_pointer(position, bounds.field), rule, (response.exchange,))
    if plain.total is not None and response.total is not None and response.total > plain.total:
        within = f"a total of {response.total} within {_format_bounds(low, high)}"
        message = f"{within} and of {plain.total} without bounds"
        return Failure(message, "", rule, (plain.exchange, response.exchange))
    return None


def _pick_bounds(bounds: Range, numbers: list[Decimal], case: tuple[str, int, int]) -> tuple[Bound, Bound]:
    kind, *positions = case
    low, high = sorted(numbers[position % len(numbers)] for position in positions)
    return BOUND_CASES[kind](low, high, Decimal(bounds.step))


def _is_outside(number: Decimal, low: Bound, high: Bound) -> bool:
    return (low is not None and number < low) or (high is not None and number > high)


@active_check(
    "range/bounds",
    summary="Both bounds are included: a search from a number to itself finds the item that has it.",
    rationale="A buyer who asks for goods from 19.00 on wants to see the one for 19.00.",
    remediation="Compare with at least and at most.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: bool(_list_ranges(context)),
)
def inclusive_bounds(context: CheckContext) -> Iterator[Failure]:
    """Set an item's number as both bounds, and as each bound with the other one a step away."""
    return run_parts(_check_inclusive_bounds(context, index) for index in range(len(_list_ranges(context))))


def _check_inclusive_bounds(context: CheckContext, index: int) -> Iterator[Failure]:
    position = st.integers(0, DEFAULT_PAGE_SIZE - 1)
    cases = st.tuples(build_image_strategy(context), position, st.integers(0, 2))
    return falsify_invariant(context, cases, partial(_find_excluded_item, context, index), 6)


def _find_excluded_item(context: CheckContext, index: int, case: tuple[Changes, int, int]) -> Failure | None:
    image, position, kind = case
    bounds = _list_ranges(context)[index]
    plain = fetch_first_page(context, image)
    values = zip(plain.ids, plain.read_values(bounds.field), strict=True)
    numbered = [(item_id, value) for item_id, value in values if parse_number(value) is not None]
    item_id, value = require_any(numbered, f"a number at {bounds.field}")[position % len(numbered)]
    # never None, as the values were chosen by that
    number = parse_number(value) or ZERO
    step = Decimal(bounds.step)
    low, high = ((number, number), (number, number + step), (max(number - step, ZERO), number))[kind]
    response = fetch_first_page(context, image, build_bounds(bounds, low, high))
    # where the range has more items than fit on the page, this one may stand on a later one
    if item_id in response.ids or response.is_truncated:
        return None
    name = " with ".join(str(part) for part in item_id)
    message = f"{name} has {value!r} at {bounds.field} and is not found within {_format_bounds(low, high)}"
    rule = locate_invariant(context, "ranges", index)
    return Failure(message, response.invariants.items, rule, (plain.exchange, response.exchange))
