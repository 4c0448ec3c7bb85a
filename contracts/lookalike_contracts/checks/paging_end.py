"""Family `paging`: where the pages end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from lookalike_specs.invariants import Range, resolve_choice

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..responses.values import parse_number
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    Inconclusive,
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
# a search with at most so many pages is followed to its end
MAX_FOLLOWED_PAGES = 3


def _has_total(context: CheckContext) -> bool:
    paging = context.operation.extension.invariants.paging
    return has_pages(context) and paging is not None and bool(paging.total)


@active_check(
    "paging/end",
    summary="The last page holds exactly the items that are left, and after it comes nothing.",
    rationale="A client that pages until nothing comes would never end, or would miss the last items.",
    remediation="Return a page without items after the last one, and count in the total what can be paged through.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def last_page(context: CheckContext) -> Iterator[Failure]:
    """Jump to where the end must be; without a total, look for it."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_wrong_end, context))


def _find_wrong_end(context: CheckContext, image: Changes) -> Failure | None:
    pages = get_page_parameters(context)
    size = pages.max_size
    start, last = _find_last_page(context, image)
    count = len(last.items)
    if last.total is not None:
        left = pages.count_reachable(last.total) - start
        if count != left:
            message = f"the last page of {size} holds {count} items, and {left} are left of {last.total}"
            rule = locate_invariant(context, "paging", "total")
            return Failure(message, last.invariants.items, rule, (last.exchange,))
    next_start = start + (count if pages.is_item_based else size)
    if not pages.is_allowed(next_start, size):
        return None
    after = run_search(context, image, pages.build_parameters(next_start, size))
    if not after.items:
        return None
    message = f"{len(after.items)} items after the last page, which holds {count} of {size}"
    exchanges = (last.exchange, after.exchange)
    return Failure(message, after.invariants.items, locate_invariant(context, "paging", "page"), exchanges)


def _find_last_page(context: CheckContext, image: Changes) -> tuple[int, SearchResponse]:
    """Return where the last page begins, and that page, of pages as long as may be. Raises Inconclusive."""
    pages = get_page_parameters(context)
    size = pages.max_size
    total = run_search(context, image, pages.build_parameters(0, size)).total
    if total is None:
        start = _find_first_short_page(context, image)
    else:
        # 40 items by 20 end with the page that begins at 20; no item at all, with the one that begins at 0
        last_item = max(1, pages.count_reachable(total)) - 1
        start = last_item // size * size
    if not pages.is_allowed(start, size):
        raise Inconclusive("the last page is further than may be asked for")
    return start, run_search(context, image, pages.build_parameters(start, size))


def _find_first_short_page(context: CheckContext, image: Changes) -> int:
    """Return where the first page begins that is not full.

    Halve the pages in question with each request: page `full` is full (-1 stands before the first), page `short` is
    not, or may not be asked for. Ten requests find the end of a thousand pages.
    """
    pages = get_page_parameters(context)
    size = pages.max_size
    full = -1
    short = pages.count_reachable(size * MAX_PAGES) // size + 1
    while short - full > 1:
        middle = (full + short) // 2
        if pages.is_allowed(middle * size, size) and _is_full_page(context, image, middle * size):
            full = middle
        else:
            short = middle
    return short * size


def _is_full_page(context: CheckContext, image: Changes, start: int) -> bool:
    pages = get_page_parameters(context)
    page = run_search(context, image, pages.build_parameters(start, pages.max_size))
    return len(page.items) >= pages.max_size


@active_check(
    "paging/complete",
    summary="Whoever pages to the end has seen as many different items as the total says.",
    rationale="That is what a total is for.",
    remediation="Count in the total what can be paged through, no more and no less.",
    source=INVARIANTS_SOURCE,
    applies=_has_total,
)
def paging_completeness(context: CheckContext) -> Iterator[Failure]:
    """Page through a search that finds few items: the plain one, or one with a filter."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_wrong_total, context), 2)


def _find_wrong_total(context: CheckContext, image: Changes) -> Failure | None:
    pages = get_page_parameters(context)
    changes, total = _find_small_search(context, image)
    size = -(-total // MAX_FOLLOWED_PAGES)
    # one page more than there should be, for a total that is too small
    starts = [number * size for number in range(MAX_FOLLOWED_PAGES + 1) if pages.is_allowed(number * size, size)]
    responses = [run_search(context, changes, pages.build_parameters(start, size)) for start in starts]
    ids = {item_id for response in responses for item_id in response.ids}
    if len(ids) == total:
        return None
    message = f"{len(ids)} items by paging to the end, and the total is {total}"
    pointer = resolve_choice(pages.paging.total, context.variants)
    exchanges = tuple(response.exchange for response in responses)
    return Failure(message, pointer, locate_invariant(context, "paging", "total"), exchanges)


def _find_small_search(context: CheckContext, image: Changes) -> tuple[Changes, int]:
    """Return parameters that find few items, and how many those are. Raises Inconclusive."""
    max_total = MAX_FOLLOWED_PAGES * get_page_parameters(context).max_size
    for changes in _generate_narrow_searches(context, image):
        total = fetch_first_page(context, changes).total or 0
        if 0 < total <= max_total:
            return changes, total
    raise Inconclusive(f"no search finds fewer than {max_total} items")


def _generate_narrow_searches(context: CheckContext, image: Changes) -> Iterator[Changes]:
    """Yield searches that may find little: the plain one, one with each filter, with all of them, for one price."""
    invariants = context.operation.extension.invariants
    plain = fetch_first_page(context, image)
    yield image
    filters = [
        {**filter_.with_parameters, filter_.parameter: filter_.value}
        for filter_ in invariants.filters
        if filter_.narrows and "{}" not in str(filter_.value)
    ]
    all_filters: dict[str, object] = {}
    for parameters in filters:
        yield {**image, **parameters}
        all_filters.update(parameters)
    yield {**image, **all_filters}
    for bounds in invariants.ranges:
        yield from _generate_single_value_searches(plain, bounds, image)


def _generate_single_value_searches(plain: SearchResponse, bounds: Range, image: Changes) -> Iterator[Changes]:
    numbers = (parse_number(value) for value in plain.read_values(bounds.field))
    for number in islice((number for number in numbers if number is not None), 2):
        yield {**image, **build_bounds(bounds, number, number)}
