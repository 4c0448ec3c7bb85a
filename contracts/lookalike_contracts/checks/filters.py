"""Family `filter`: each filter leaves what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

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
    locate_invariant,
    require_any,
    run_parts,
)

OPERATORS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
REFLEXIVE_OPERATORS = ("=", "<=", ">=")


def _filters(subject: CheckContext) -> list[Filter]:
    return subject.operation.extension.invariants.filters


def _build_parameters(filter: Filter, value: Any) -> dict[str, Any]:
    return {**filter.with_parameters, filter.parameter: value}


def _fill_placeholder(filter: Filter, plain: SearchResponse, at: int) -> tuple[Any, Any]:
    """The value to send, and what of an item it is filled with, if with anything. Raises Untold."""
    if not (isinstance(filter.value, str) and "{}" in filter.value) or filter.condition is None:
        return filter.value, None
    pointer = filter.condition.pointer
    seen = [value for value in plain.read_values(pointer) if isinstance(value, str | int) and '"' not in str(value)]
    taken = require_any(seen, pointer)[at % len(seen)]
    return filter.value.replace("{}", str(taken)), taken


@active_check(
    "filter/holds",
    summary="Every item that a filter leaves is as the filter wants it.",
    rationale="Whoever asks for factories alone would be sent to dealers.",
    remediation="Leave out what does not fit, and nothing else.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: any(filter.condition for filter in _filters(subject)),
)
def matching_items(subject: CheckContext) -> Iterator[Failure]:
    """Each filter alone, as far as the items show it."""
    every = enumerate(_filters(subject))
    return run_parts(
        _check_matching_items(subject, place, filter, filter.condition) for place, filter in every if filter.condition
    )


def _check_matching_items(subject: CheckContext, place: int, filter: Filter, truth: ItemCondition) -> Iterator[Failure]:
    def broken(drawn: tuple[Changes, int]) -> Failure | None:
        picture, at = drawn
        plain = fetch_first_page(subject, picture, filter.with_parameters)
        value, taken = _fill_placeholder(filter, plain, at)
        found = fetch_first_page(subject, picture, _build_parameters(filter, value))
        known = found.read_values(truth.pointer)
        for at, seen in enumerate(known):
            for wrong in _describe_mismatches(truth, seen, taken, known[:at]):
                message = f"{truth.pointer} is {seen!r} with {describe_changes({filter.parameter: value})}, and {wrong}"
                return Failure(
                    message, found.build_pointer(at, truth.pointer), _locate_rule(subject, place), (found.exchange,)
                )
        if truth.operator not in REFLEXIVE_OPERATORS or taken is None or taken in known or found.is_truncated:
            return None
        message = f"no item with {describe_changes({filter.parameter: value})}, although {taken!r} stands at {truth.pointer} of one"
        return Failure(message, found.invariants.items, _locate_rule(subject, place), (plain.exchange, found.exchange))

    return falsify_invariant(
        subject, st.tuples(build_image_strategy(subject), st.integers(0, DEFAULT_PAGE_SIZE - 1)), broken, 2
    )


def _describe_mismatches(truth: ItemCondition, seen: Any, taken: Any, before: list[Any]) -> Iterator[str]:
    """What is wrong with a value that a filter left."""
    worth = parse_number(seen)
    written = str(seen).casefold()
    least = parse_number(truth.at_least)
    most = parse_number(truth.at_most)
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
    if truth.operator and not _satisfies_operator(truth.operator, seen, taken):
        yield f"must be {truth.operator} {taken!r}"


def _satisfies_operator(relation: str, seen: Any, taken: Any) -> bool:
    return type(seen) is type(taken) and bool(OPERATORS[relation](seen, taken))


@active_check(
    "filter/narrows",
    summary="A filter leaves no more than there was without it, and nothing that was not there.",
    rationale="A filter that brings other goods is another search.",
    remediation="Take away from what the search finds.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: any(filter.narrows for filter in _filters(subject)),
)
def narrowing(subject: CheckContext) -> Iterator[Failure]:
    """Totals, and the items themselves where all of them stand on the page."""
    return run_parts(
        _check_narrowing(subject, place, filter) for place, filter in enumerate(_filters(subject)) if filter.narrows
    )


def _check_narrowing(subject: CheckContext, place: int, filter: Filter) -> Iterator[Failure]:
    def broken(picture: Changes) -> Failure | None:
        plain = fetch_first_page(subject, picture, filter.with_parameters)
        value, _ = _fill_placeholder(filter, plain, 0)
        found = fetch_first_page(subject, picture, _build_parameters(filter, value))
        shown = (plain.exchange, found.exchange)
        if plain.total is not None and found.total is not None and found.total > plain.total:
            message = f"a total of {found.total} with {describe_changes({filter.parameter: value})} and of {plain.total} without"
            return Failure(message, "", _locate_rule(subject, place), shown)
        if not plain.is_truncated and (more := set(found.ids) - set(plain.ids)):
            message = f"{len(more)} items with {describe_changes({filter.parameter: value})} that are not there without"
            return Failure(message, found.invariants.items, _locate_rule(subject, place), shown)
        return None

    return falsify_invariant(subject, build_image_strategy(subject), broken, 1)


@active_check(
    "filter/apart",
    summary="Two filters that exclude each other leave nothing in common.",
    rationale="It is all that can be told of a filter that items do not show.",
    remediation="Hold each item to the filter.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: any(filter.disjoint_from is not None for filter in _filters(subject)),
)
def disjoint_filters(subject: CheckContext) -> Iterator[Failure]:
    """What each of the two finds."""
    every = enumerate(_filters(subject))
    return run_parts(
        _check_disjoint(subject, place, filter) for place, filter in every if filter.disjoint_from is not None
    )


def _check_disjoint(subject: CheckContext, place: int, filter: Filter) -> Iterator[Failure]:
    def broken(picture: Changes) -> Failure | None:
        one = fetch_first_page(subject, picture, _build_parameters(filter, filter.value))
        other = fetch_first_page(subject, picture, _build_parameters(filter, filter.disjoint_from))
        both = set(one.ids) & set(other.ids)
        if not both:
            return None
        two = f"{describe_changes({filter.parameter: filter.value})} and with {format_value(filter.disjoint_from)}"
        message = f"{len(both)} items are found with {two} as well"
        return Failure(message, one.invariants.items, _locate_rule(subject, place), (one.exchange, other.exchange))

    return falsify_invariant(subject, build_image_strategy(subject), broken, FEW_CASES)


@active_check(
    "filter/idle",
    summary="A filter that is switched off filters nothing.",
    rationale="Clients send all their switches, those that are off as well.",
    remediation="Take the value for off as if the parameter were not there.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: any(filter.no_op is not None for filter in _filters(subject)),
)
def no_op_filter(subject: CheckContext) -> Iterator[Failure]:
    """The same page without each filter and with it switched off."""
    every = enumerate(_filters(subject))
    return run_parts(_check_no_op(subject, place, filter) for place, filter in every if filter.no_op is not None)


def _check_no_op(subject: CheckContext, place: int, filter: Filter) -> Iterator[Failure]:
    def broken(_: Mapping[str, Any]) -> Failure | None:
        plain = fetch_first_page(subject, filter.with_parameters)
        off = fetch_first_page(subject, _build_parameters(filter, filter.no_op))
        if plain.ids == off.ids and plain.total == off.total:
            return None
        message = f"other items with {describe_changes({filter.parameter: filter.no_op})} than without"
        return Failure(message, off.invariants.items, _locate_rule(subject, place), (plain.exchange, off.exchange))

    return falsify_invariant(subject, build_image_strategy(subject), broken, 1)


def _locate_rule(subject: CheckContext, place: int) -> str:
    return locate_invariant(subject, "filters", place)
