"""Family `paging`: where the pages end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lookalike_specs.invariants import resolve_choice

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.values import parse_number
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    Inconclusive,
    PageParameters,
    SearchResponse,
    build_bounds,
    build_image_strategy,
    falsify_invariant,
    fetch_first_page,
    get_page_parameters,
    has_pages,
    locate_invariant,
    run_search,
)

MAX_PAGES = 1000


def _has_total(subject: CheckContext) -> bool:
    paging = subject.operation.extension.invariants.paging
    return has_pages(subject) and bool(paging and paging.total)


@active_check(
    "paging/end",
    summary="The last page holds exactly the rest, and after it comes nothing.",
    rationale="A client that pages until nothing comes never ends otherwise, or misses the last items.",
    remediation="Answer a page after the last one without items, and count in the total what can be paged through.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def last_page(subject: CheckContext) -> Iterator[Failure]:
    """Jump to where the end must be; without a total, look for it."""
    cut = get_page_parameters(subject)

    def broken(picture: Changes) -> Failure | None:
        start, found = _find_last_page(subject, cut, picture)
        total = found.total
        size = cut.max_size
        wanted = None if total is None else cut.count_reachable(total) - start
        if wanted is not None and len(found.items) != wanted:
            message = f"the last page of {size} holds {len(found.items)} items, and {wanted} are left of {total}"
            return Failure(
                message, found.invariants.items, locate_invariant(subject, "paging", "total"), (found.exchange,)
            )
        behind = start + (len(found.items) if cut.is_item_based else size)
        if not cut.is_allowed(behind, size):
            return None
        after = run_search(subject, picture, cut.build_parameters(behind, size))
        if not after.items:
            return None
        message = f"{len(after.items)} items after the last page, which holds {len(found.items)} of {size}"
        return Failure(
            message, after.invariants.items, locate_invariant(subject, "paging"), (found.exchange, after.exchange)
        )

    return falsify_invariant(subject, build_image_strategy(subject), broken)


def _find_last_page(subject: CheckContext, cut: PageParameters, picture: Changes) -> tuple[int, SearchResponse]:
    """Where the last page begins, and that page, of pages as long as may be. Raises Untold."""
    size = cut.max_size
    total = run_search(subject, picture, cut.build_parameters(0, size)).total
    start = (
        _find_first_short_page(subject, cut, picture)
        if total is None
        else (max(1, cut.count_reachable(total)) - 1) // size * size
    )
    if not cut.is_allowed(start, size):
        raise Inconclusive("the last page is further than may be asked for")
    return start, run_search(subject, picture, cut.build_parameters(start, size))


def _find_first_short_page(subject: CheckContext, cut: PageParameters, picture: Changes) -> int:
    """Where the first page begins that is not full, by halving what is left."""
    size = cut.max_size
    full = -1
    short = cut.count_reachable(size * MAX_PAGES) // size + 1
    while short - full > 1:
        middle = (full + short) // 2
        may = cut.is_allowed(middle * size, size)
        if may and len(run_search(subject, picture, cut.build_parameters(middle * size, size)).items) >= size:
            full = middle
        else:
            short = middle
    return short * size


@active_check(
    "paging/complete",
    summary="Whoever pages to the end has seen as many items as the total says, each once.",
    rationale="It is what a total is for.",
    remediation="Count in the total what can be paged through, no more and no less.",
    source=INVARIANTS_SOURCE,
    applies=_has_total,
)
def paging_completeness(subject: CheckContext) -> Iterator[Failure]:
    """A search that finds little enough to be followed: the plain one with a filter, if need be."""
    cut = get_page_parameters(subject)

    def broken(picture: Changes) -> Failure | None:
        changes, total = _find_small_search(subject, picture)
        size = -(-total // 3)
        starts = [page * size for page in range(4) if cut.is_allowed(page * size, size)]
        every = [run_search(subject, changes, cut.build_parameters(start, size)) for start in starts]
        count = len({id for found in every for id in found.ids})
        if count == total:
            return None
        message = f"{count} items by paging to the end, and the total is {total}"
        where = resolve_choice(cut.paging.total, subject.variants)
        return Failure(
            message, where, locate_invariant(subject, "paging", "total"), tuple(found.exchange for found in every)
        )

    return falsify_invariant(subject, build_image_strategy(subject), broken, 2)


def _find_small_search(subject: CheckContext, picture: Changes) -> tuple[Changes, int]:
    """What to ask for to find little, and how much that is. Raises Untold."""
    most = 3 * get_page_parameters(subject).max_size
    for changes in _generate_narrow_searches(subject, picture):
        total = fetch_first_page(subject, changes).total or 0
        if 0 < total <= most:
            return changes, total
    raise Inconclusive(f"no search finds fewer than {most} items")


def _generate_narrow_searches(subject: CheckContext, picture: Changes) -> Iterator[Changes]:
    """Searches that may find little: the plain one, one with each filter, with all of them, for an item's number."""
    promises = subject.operation.extension.invariants
    plain = fetch_first_page(subject, picture)
    yield picture
    filters = [each for each in promises.filters if each.narrows and "{}" not in str(each.value)]
    asked = [{**each.with_parameters, each.parameter: each.value} for each in filters]
    yield from ({**picture, **each} for each in asked)
    yield {**picture, **{name: value for each in asked for name, value in each.items()}}
    for bounds in promises.ranges:
        numbers = (worth for value in plain.read_values(bounds.field) if (worth := parse_number(value)) is not None)
        yield from ({**picture, **build_bounds(bounds, worth, worth)} for worth in islice(numbers, 2))
