"""Family `filter`: each filter leaves what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from hypothesis import strategies as st

from lookalike_specs.invariants import Filter, ItemCondition
from lookalike_specs.request_builder import format_value

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.values import parse_number
from ..search import (
    DEFAULT_PAGE_SIZE,
    FEW_CASES,
    INVARIANTS_SOURCE,
    Changes,
    SearchResponse,
    build_image_strategy,
    describe_changes,
    falsify_invariant,
    fetch_first_page,
    find_item_difference,
    locate_invariant,
    require_any,
    run_parts,
)

OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
# those that a value fulfils against itself, so that the item from which the value was taken has to be found
REFLEXIVE_OPERATORS: Final = ("=", "<=", ">=")


def _list_filters(context: CheckContext) -> list[Filter]:
    return context.operation.extension.invariants.filters


def _run_filter_parts(
    context: CheckContext,
    check: Callable[[CheckContext, int], Iterator[Failure]],
    applies: Callable[[Filter], bool],
) -> Iterator[Failure]:
    """Run a check for each filter that it applies to; the check gets the number of the filter in the document."""
    numbers = [number for number, filter_ in enumerate(_list_filters(context)) if applies(filter_)]
    return run_parts(check(context, number) for number in numbers)


def _any_filter(applies: Callable[[Filter], bool]) -> Callable[[CheckContext], bool]:
    return lambda context: any(applies(filter_) for filter_ in _list_filters(context))


def _has_condition(filter_: Filter) -> bool:
    return filter_.condition is not None


def _narrows(filter_: Filter) -> bool:
    return filter_.narrows


def _is_disjoint(filter_: Filter) -> bool:
    return filter_.disjoint_from is not None


def _has_no_op(filter_: Filter) -> bool:
    return filter_.no_op is not None


def _build_parameters(filter_: Filter, value: Any) -> dict[str, Any]:
    return {**filter_.with_parameters, filter_.parameter: value}


def _describe_filter(filter_: Filter, value: Any) -> str:
    return describe_changes({filter_.parameter: value})


def _locate_filter(context: CheckContext, number: int, keyword: str) -> str:
    return locate_invariant(context, "filters", number, keyword)


def _fill_placeholder(filter_: Filter, plain: SearchResponse, index: int) -> tuple[Any, Any]:
    """Return the value to send, and the value of an item that stands in it, None where there is none.

    A filter's value may have a place for what an item has: `int_attr > {}` becomes `int_attr > 7` where the item of
    that index has 7. Raises Inconclusive when no item has such a value.
    """
    has_placeholder = isinstance(filter_.value, str) and "{}" in filter_.value
    if not has_placeholder or filter_.condition is None:
        return filter_.value, None
    pointer = filter_.condition.pointer
    # a quote would end the text in the filter's grammar
    values = [value for value in plain.read_values(pointer) if isinstance(value, str | int) and '"' not in str(value)]
    chosen = require_any(values, pointer)[index % len(values)]
    return filter_.value.replace("{}", str(chosen)), chosen


@active_check(
    "filter/holds",
    summary="Every item that a filter leaves fulfils the filter.",
    rationale="Somebody who asks for factories alone would be sent to dealers.",
    remediation="Leave out the items that do not fulfil the filter, and no others.",
    source=INVARIANTS_SOURCE,
    applies=_any_filter(_has_condition),
)
def matching_items(context: CheckContext) -> Iterator[Failure]:
    """Send each filter alone, and look at what its items show."""
    return _run_filter_parts(context, _check_matching_items, _has_condition)


def _check_matching_items(context: CheckContext, number: int) -> Iterator[Failure]:
    cases = st.tuples(build_image_strategy(context), st.integers(0, DEFAULT_PAGE_SIZE - 1))
    return falsify_invariant(context, cases, partial(_find_wrong_item, context, number), 2)


def _find_wrong_item(context: CheckContext, number: int, case: tuple[Changes, int]) -> Failure | None:
    image, index = case
    filter_ = _list_filters(context)[number]
    condition = filter_.condition
    if condition is None:
        return None
    plain = fetch_first_page(context, image, filter_.with_parameters)
    value, operand = _fill_placeholder(filter_, plain, index)
    filtered = fetch_first_page(context, image, _build_parameters(filter_, value))
    values = filtered.read_values(condition.pointer)
    sent = _describe_filter(filter_, value)
    for position, item_value in enumerate(values):
        for mismatch in _iter_mismatches(condition, item_value, operand, values[:position]):
            message = f"{condition.pointer} is {item_value!r} with {sent}, and {mismatch}"
            pointer = filtered.build_pointer(position, condition.pointer)
            return Failure(message, pointer, _locate_filter(context, number, "condition"), (filtered.exchange,))
    is_reflexive = condition.operator in REFLEXIVE_OPERATORS and operand is not None
    if is_reflexive and operand not in values and not filtered.is_truncated:
        message = f"no item with {sent}, although {operand!r} stands at {condition.pointer} of one"
        exchanges = (plain.exchange, filtered.exchange)
        return Failure(message, filtered.invariants.items, _locate_filter(context, number, "condition"), exchanges)
    return None


def _iter_mismatches(condition: ItemCondition, value: Any, operand: Any, earlier: list[Any]) -> Iterator[str]:
    """Yield what is wrong with a value that a filter left.

    `operand` is what the filter compares with, `earlier` are the values of the items before.
    """
    number = parse_number(value)
    minimum = parse_number(condition.at_least)
    maximum = parse_number(condition.at_most)
    if condition.equals is not None and value != condition.equals:
        yield f"must be {condition.equals!r}"
    if not _contains_words(str(value), condition.contains.replace("{}", str(operand))):
        yield "must contain it"
    if minimum is not None and (number is None or number < minimum):
        yield f"must be at least {minimum}"
    if maximum is not None and (number is None or number > maximum):
        yield f"must be at most {maximum}"
    if condition.distinct and value in earlier:
        yield "stands there twice"
    if condition.operator and not _satisfies_operator(condition.operator, value, operand):
        yield f"must be {condition.operator} {operand!r}"


def _contains_words(text: str, words: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


def _satisfies_operator(operator: str, value: Any, operand: Any) -> bool:
    # Python cannot compare a number with a text, and holds True to be 1
    return type(value) is type(operand) and bool(OPERATORS[operator](value, operand))


@active_check(
    "filter/narrows",
    summary="A filter leaves no more items than there were without it, and none that were not there.",
    rationale="A filter that brings other items is another search.",
    remediation="Take items away from what the search finds, and add none.",
    source=INVARIANTS_SOURCE,
    applies=_any_filter(_narrows),
)
def narrowing(context: CheckContext) -> Iterator[Failure]:
    """Compare the totals, and the items themselves where all of them stand on one page."""
    return _run_filter_parts(context, _check_narrowing, _narrows)


def _check_narrowing(context: CheckContext, number: int) -> Iterator[Failure]:
    return falsify_invariant(context, build_image_strategy(context), partial(_find_added_item, context, number), 1)


def _find_added_item(context: CheckContext, number: int, image: Changes) -> Failure | None:
    filter_ = _list_filters(context)[number]
    plain = fetch_first_page(context, image, filter_.with_parameters)
    value, _ = _fill_placeholder(filter_, plain, 0)
    filtered = fetch_first_page(context, image, _build_parameters(filter_, value))
    exchanges = (plain.exchange, filtered.exchange)
    sent = _describe_filter(filter_, value)
    if plain.total is not None and filtered.total is not None and filtered.total > plain.total:
        message = f"a total of {filtered.total} with {sent} and of {plain.total} without"
        return Failure(message, "", _locate_filter(context, number, "narrows"), exchanges)
    if plain.is_truncated:
        # an item of the filtered page may stand on a later page of the plain search
        return None
    added = set(filtered.ids) - set(plain.ids)
    if not added:
        return None
    message = f"{len(added)} items with {sent} that are not there without"
    return Failure(message, filtered.invariants.items, _locate_filter(context, number, "narrows"), exchanges)


@active_check(
    "filter/apart",
    summary="Two filters that exclude each other leave no item in common.",
    rationale="Where items do not show what a filter goes by, nothing else can be checked.",
    remediation="Apply the filter to each item.",
    source=INVARIANTS_SOURCE,
    applies=_any_filter(_is_disjoint),
)
def disjoint_filters(context: CheckContext) -> Iterator[Failure]:
    """Compare what the two find."""
    return _run_filter_parts(context, _check_disjoint, _is_disjoint)


def _check_disjoint(context: CheckContext, number: int) -> Iterator[Failure]:
    rule = partial(_find_common_item, context, number)
    return falsify_invariant(context, build_image_strategy(context), rule, FEW_CASES)


def _find_common_item(context: CheckContext, number: int, image: Changes) -> Failure | None:
    filter_ = _list_filters(context)[number]
    first = fetch_first_page(context, image, _build_parameters(filter_, filter_.value))
    second = fetch_first_page(context, image, _build_parameters(filter_, filter_.disjoint_from))
    common = set(first.ids) & set(second.ids)
    if not common:
        return None
    both = f"{_describe_filter(filter_, filter_.value)} and with {format_value(filter_.disjoint_from)}"
    message = f"{len(common)} items are found with {both} as well"
    exchanges = (first.exchange, second.exchange)
    return Failure(message, first.invariants.items, _locate_filter(context, number, "disjoint-from"), exchanges)


@active_check(
    "filter/idle",
    summary="A filter that is switched off filters nothing.",
    rationale="Clients send all their switches, also those that are off.",
    remediation="Treat the value for off as if the parameter were not there.",
    source=INVARIANTS_SOURCE,
    applies=_any_filter(_has_no_op),
)
def no_op_filter(context: CheckContext) -> Iterator[Failure]:
    """Compare the page without each filter and the page with the filter switched off."""
    return _run_filter_parts(context, _check_no_op, _has_no_op)


def _check_no_op(context: CheckContext, number: int) -> Iterator[Failure]:
    return falsify_invariant(context, build_image_strategy(context), partial(_find_changed_page, context, number), 1)


def _find_changed_page(context: CheckContext, number: int, _: Changes) -> Failure | None:
    filter_ = _list_filters(context)[number]
    plain = fetch_first_page(context, filter_.with_parameters)
    off = fetch_first_page(context, _build_parameters(filter_, filter_.no_op))
    difference = find_item_difference(off, plain)
    if difference is None:
        return None
    message = f"other items with {_describe_filter(filter_, filter_.no_op)} than without: {difference}"
    rule = _locate_filter(context, number, "no-op")
    return Failure(message, difference.pointer, rule, (plain.exchange, off.exchange))
