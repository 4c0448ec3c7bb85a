"""Family `repeat`: the same request gets the same response."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hypothesis import strategies as st

from lookalike_specs.pointers import blank_values
from lookalike_specs.provenance import Source

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.difference import find_difference
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    build_image_strategy,
    falsify_invariant,
    get_page_parameters,
    has_pages,
    is_search,
    locate_invariant,
    run_search,
)

PAGE_SIZE = 10
MAX_CASES = 6


@active_check(
    "repeat/same",
    summary="The same request, signed anew, gets the same response, apart from what is documented to differ.",
    rationale="Paging, caches and the tests of clients rest on it.",
    remediation="Let nothing in the response depend on the time, on chance, or on who asked before.",
    source=INVARIANTS_SOURCE,
    provenance=Source("inferred", "pages of one search fit together only if it finds the same again; nobody says so"),
    applies=is_search,
)
def identical_responses(context: CheckContext) -> Iterator[Failure]:
    """Send each of these twice: the plain search, a later page, a sort, a filter."""
    cases = st.tuples(build_image_strategy(context), st.sampled_from(_list_search_changes(context)))
    return falsify_invariant(context, cases, partial(_find_changed_response, context), MAX_CASES)


def _find_changed_response(context: CheckContext, case: tuple[Changes, Changes]) -> Failure | None:
    first = run_search(context, *case)
    second = run_search(context, *case)
    # such as `RequestId`, which is another one each time
    volatile = tuple(context.operation.extension.invariants.volatile)
    difference = find_difference(blank_values(second.body, volatile), blank_values(first.body, volatile))
    if difference is None:
        return None
    message = f"the same request, sent twice, gets an answer that {difference}"
    return Failure(
        message, difference.pointer, locate_invariant(context, "volatile"), (first.exchange, second.exchange)
    )


def _list_search_changes(context: CheckContext) -> list[Changes]:
    """Return changes to the plain request that each lead the server on another way."""
    invariants = context.operation.extension.invariants
    changes: list[Changes] = [{}]
    if has_pages(context):
        pages = get_page_parameters(context)
        changes += [pages.build_parameters(start, PAGE_SIZE) for start in (0, PAGE_SIZE)]
    changes += [{order.parameter: order.value} for order in invariants.orders if order.parameter]
    # a filter with a place for an item's value would need a search of its own to fill it
    for filter_ in invariants.filters:
        if "{}" not in str(filter_.value):
            changes.append({**filter_.with_parameters, filter_.parameter: filter_.value})
    return changes
