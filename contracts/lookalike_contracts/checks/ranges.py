"""Family `range`: two bounds, both of them inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

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

FAR_BOUND = 10**8
# which bounds are asked for, by two numbers of items, the less first, and the least step
BOUND_CASES: dict[str, Callable[[Decimal, Decimal, Decimal], tuple[Bound, Bound]]] = {
    "both": lambda low, high, _: (low, high),
    "the low one": lambda low, _, __: (low, None),
    "the high one": lambda low, _, __: (None, low),
    "a step above the low one": lambda low, _, step: (low + step, None),
    "a step below the high one": lambda _, high, step: (None, high - step),
    "a step above": lambda low, _, step: (low + step, low + step),
    "a step below": lambda _, high, step: (max(high - step, Decimal(0)), max(high - step, Decimal(0))),
    "far away": lambda _, __, ___: (Decimal(FAR_BOUND), Decimal(FAR_BOUND)),
}


def _ranges(subject: CheckContext) -> list[Range]:
    return subject.operation.extension.invariants.ranges


def _list_item_numbers(found: SearchResponse, bounds: Range) -> list[Decimal]:
    """The numbers of the items, in their order."""
    return [worth for value in found.read_values(bounds.field) if (worth := parse_number(value)) is not None]


def _bound_choices(kind: str) -> st.SearchStrategy[tuple[str, int, int]]:
    return st.tuples(st.just(kind), st.integers(0, DEFAULT_PAGE_SIZE - 1), st.integers(0, DEFAULT_PAGE_SIZE - 1))


@active_check(
    "range/inside",
    summary="Every item is inside the bounds, each of which may be left out.",
    rationale="A buyer who asks for goods up to 20.00 does not want one for 20.01.",
    remediation="Compare amounts as exact numbers, to the smallest unit.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: bool(_ranges(subject)),
)
def items_within_bounds(subject: CheckContext) -> Iterator[Failure]:
    """Bounds at items' own numbers and a step beside them, where a server that is off by one shows it."""
    return run_parts(_check_within_bounds(subject, place, bounds) for place, bounds in enumerate(_ranges(subject)))


def _check_within_bounds(subject: CheckContext, place: int, bounds: Range) -> Iterator[Failure]:
    plain = fetch_first_page(subject)
    known = require_any(_list_item_numbers(plain, bounds), f"a number at {bounds.field}")
    where = locate_invariant(subject, "ranges", place)

    def broken(drawn: tuple[str, int, int]) -> Failure | None:
        kind, *numbers = drawn
        low, high = _pick_bounds(bounds, known, kind, numbers)
        found = fetch_first_page(subject, build_bounds(bounds, low, high))
        for at, value in enumerate(found.read_values(bounds.field)):
            worth = parse_number(value)
            if worth is not None and ((low is not None and worth < low) or (high is not None and worth > high)):
                message = f"{bounds.field} is {value!r}, outside of {_format_bounds(low, high)}"
                return Failure(message, found.build_pointer(at, bounds.field), where, (found.exchange,))
        if plain.total is not None and found.total is not None and found.total > plain.total:
            message = f"a total of {found.total} within {_format_bounds(low, high)} and of {plain.total} without bounds"
            return Failure(message, "", where, (plain.exchange, found.exchange))
        return None

    for kind in BOUND_CASES:
        yield from falsify_invariant(subject, _bound_choices(kind), broken, 2)


def _pick_bounds(bounds: Range, known: list[Decimal], kind: str, numbers: list[int]) -> tuple[Bound, Bound]:
    low, high = sorted(known[number % len(known)] for number in numbers)
    return BOUND_CASES[kind](low, high, Decimal(bounds.step))


def _format_bounds(low: Bound, high: Bound) -> str:
    return f"{'…' if low is None else low} to {'…' if high is None else high}"


@active_check(
    "range/bounds",
    summary="Both bounds are inside: between a number and itself stands the item that has it.",
    rationale="A buyer who asks for goods from 19.00 on wants to see the one for 19.00.",
    remediation="Compare with at least and at most.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: bool(_ranges(subject)),
)
def inclusive_bounds(subject: CheckContext) -> Iterator[Failure]:
    """The number of an item as both bounds; and each bound alone as far as the other is not reached."""
    return run_parts(_check_inclusive_bounds(subject, place, bounds) for place, bounds in enumerate(_ranges(subject)))


def _check_inclusive_bounds(subject: CheckContext, place: int, bounds: Range) -> Iterator[Failure]:
    def broken(drawn: tuple[Changes, int, int]) -> Failure | None:
        picture, at, kind = drawn
        plain = fetch_first_page(subject, picture)
        fitting = [
            pair
            for pair in zip(plain.ids, plain.read_values(bounds.field), strict=True)
            if parse_number(pair[1]) is not None
        ]
        id, value = require_any(fitting, f"a number at {bounds.field}")[at % len(fitting)]
        worth = parse_number(value) or Decimal(0)
        step = Decimal(bounds.step)
        low, high = ((worth, worth), (worth, worth + step), (max(worth - step, Decimal(0)), worth))[kind]
        found = fetch_first_page(subject, picture, build_bounds(bounds, low, high))
        if id in found.ids or found.is_truncated:
            return None
        message = f"{' with '.join(map(str, id))} has {value!r} at {bounds.field} and is not found within {_format_bounds(low, high)}"
        return Failure(
            message,
            found.invariants.items,
            locate_invariant(subject, "ranges", place),
            (plain.exchange, found.exchange),
        )

    drawn = st.tuples(build_image_strategy(subject), st.integers(0, DEFAULT_PAGE_SIZE - 1), st.integers(0, 2))
    return falsify_invariant(subject, drawn, broken, 6)
