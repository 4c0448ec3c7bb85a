"""Family `repeat`: the same request, the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from lookalike_specs.pointers import blank_values

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
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


@active_check(
    "repeat/same",
    summary="The same request, signed anew, gets the same answer but for what is documented to differ.",
    rationale="Paging, caches and tests of clients rest on it.",
    remediation="Let nothing of the answer depend on the time, on chance or on who asked before.",
    source=INVARIANTS_SOURCE,
    applies=is_search,
)
def identical_responses(subject: CheckContext) -> Iterator[Failure]:
    """Twice the same: the plain search, a later page, a sort, a filter."""
    fleeting = tuple(subject.operation.extension.invariants.volatile)

    def broken(drawn: tuple[Changes, Changes]) -> Failure | None:
        one, other = (run_search(subject, *drawn) for _ in range(2))
        place = _find_difference(blank_values(one.body, fleeting), blank_values(other.body, fleeting))
        if place is None:
            return None
        shown = (one.exchange, other.exchange)
        return Failure(
            f"{place or 'the answer'} differs from one call to the next",
            place,
            locate_invariant(subject, "volatile"),
            shown,
        )

    return falsify_invariant(
        subject, st.tuples(build_image_strategy(subject), st.sampled_from(_list_search_changes(subject))), broken, 6
    )


def _list_search_changes(subject: CheckContext) -> list[Changes]:
    """What else may be asked for."""
    promises = subject.operation.extension.invariants
    cut = get_page_parameters(subject)
    later: list[Changes] = [cut.build_parameters(0, 10), cut.build_parameters(10, 10)] if has_pages(subject) else []
    sorts: list[Changes] = [{order.parameter: order.value} for order in promises.orders if order.parameter]
    plain = [filter for filter in promises.filters if "{}" not in str(filter.value)]
    filters: list[Changes] = [{**filter.with_parameters, filter.parameter: filter.value} for filter in plain]
    return [{}, *later, *sorts, *filters]


def _find_difference(one: Any, other: Any, place: str = "") -> str | None:
    """The first place where two answers differ; None when they are the same."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(key, one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(str(at), *pair) for at, pair in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other and type(one) is type(other) else place
    found = (_find_difference(inner, outer, f"{place}/{step}") for step, inner, outer in pairs)
    return next((place for place in found if place is not None), None)
