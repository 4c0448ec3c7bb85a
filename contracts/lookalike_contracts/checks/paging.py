"""Family `paging`: pages hang together, and are as many as the response says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from hypothesis import strategies as st

from lookalike_specs.invariants import Paging, resolve_choice
from lookalike_specs.pointers import escape_pointer_token, resolve_pointer

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..registry import active_check, passive_check
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    SearchResponse,
    build_image_strategy,
    falsify_invariant,
    get_page_parameters,
    has_pages,
    is_search,
    locate_invariant,
    parse_search,
    require_any,
    run_search,
)

# numbers of pages from 0 on, and how many items they have: small ones, as each case is up to four requests
FEW_NUMBERS = st.integers(0, 4)
FEW_SIZES = st.integers(2, 5)


class PageCase(NamedTuple):
    """An image to search by, the number of a page from 0 on, and how many items it has."""

    image: Changes
    number: int
    size: int


def _get_paging(context: CheckContext) -> Paging:
    return context.operation.extension.invariants.paging or Paging()


def _page_cases(
    context: CheckContext,
    numbers: st.SearchStrategy[int] = FEW_NUMBERS,
    sizes: st.SearchStrategy[int] = FEW_SIZES,
) -> st.SearchStrategy[PageCase]:
    return st.builds(PageCase, build_image_strategy(context), numbers, sizes)


def _run_page(context: CheckContext, image: Changes, start: int, size: int) -> SearchResponse:
    return run_search(context, image, get_page_parameters(context).build_parameters(start, size))


@active_check(
    "paging/doubled",
    summary="No item stands on two pages.",
    rationale="A client that pages through everything would count it twice.",
    remediation="Keep the order of a search the same from page to page, and cut it without overlap.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def overlapping_pages(context: CheckContext) -> Iterator[Failure]:
    """Read three pages in a row."""
    return falsify_invariant(context, _page_cases(context), partial(_find_repeated_item, context))


def _find_repeated_item(context: CheckContext, case: PageCase) -> Failure | None:
    pages_by_id: dict[object, SearchResponse] = {}
    for number in range(case.number, case.number + 3):
        page = _run_page(context, case.image, number * case.size, case.size)
        for index, item_id in enumerate(page.ids):
            earlier = pages_by_id.setdefault(item_id, page)
            # twice on one page is another mistake, which `item/doubled` reports
            if earlier is not page:
                message = f"{_format_item_id(item_id)} stands on an earlier page too"
                rule = locate_invariant(context, "paging", "page")
                return Failure(message, page.build_pointer(index), rule, (earlier.exchange, page.exchange))
    require_any(list(pages_by_id), "an id")
    return None


@active_check(
    "paging/lost",
    summary="A page is the same as the two pages of half its size in its place.",
    rationale="An item that falls between two pages is never seen by those who page.",
    remediation="Begin each page with the item after the last one of the page before, whatever the size.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def page_gaps(context: CheckContext) -> Iterator[Failure]:
    """Compare pages of one size with those of half of it."""
    return falsify_invariant(context, _page_cases(context), partial(_find_lost_item, context))


def _find_lost_item(context: CheckContext, case: PageCase) -> Failure | None:
    size = case.size
    start = case.number * 2 * size
    if get_page_parameters(context).is_item_based:
        # such a page may begin anywhere; one that begins at no multiple of its size shows a server that rounds
        start += case.number
    whole = _run_page(context, case.image, start, 2 * size)
    first_half = _run_page(context, case.image, start, size)
    second_half = _run_page(context, case.image, start + size, size)
    if first_half.ids + second_half.ids == require_any(whole.ids, "an id"):
        return None
    message = f"the {2 * size} items from number {start} on are others than when they are asked for by {size}"
    exchanges = (first_half.exchange, second_half.exchange, whole.exchange)
    return Failure(message, whole.invariants.items, locate_invariant(context, "paging", "size"), exchanges)


@active_check(
    "paging/size",
    summary="A page holds as many items as were asked for; only the last may hold fewer.",
    rationale="Clients take a page that is not full for the last one, and make room for as many items as they ask for.",
    remediation="Return as many items as were asked for, or all that are left.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def page_size(context: CheckContext) -> Iterator[Failure]:
    """Read pages of many sizes."""
    sizes = st.one_of(st.integers(1, 6), st.integers(1, get_page_parameters(context).max_size))
    return falsify_invariant(
        context, _page_cases(context, st.integers(0, 2), sizes), partial(_find_wrong_size, context), 5
    )


def _find_wrong_size(context: CheckContext, case: PageCase) -> Failure | None:
    pages = get_page_parameters(context)
    start = case.number * case.size
    page = _run_page(context, case.image, start, case.size)
    count = len(page.items)
    if page.total is None:
        expected = case.size
        # without a total nobody knows whether a shorter page is the end
        is_right = count <= expected
    else:
        expected = max(0, min(case.size, pages.count_reachable(page.total) - start))
        is_right = count == expected
    if is_right:
        return None
    message = f"{count} items where `{pages.paging.size}` is {case.size} and {expected} are to be had"
    rule = locate_invariant(context, "paging", "size")
    return Failure(message, page.invariants.items, rule, (page.exchange,))


@active_check(
    "paging/total",
    summary="The total is the same on every page, whatever their size.",
    rationale="Clients plan their paging by the total of the first page.",
    remediation="Count what the search finds, not what the page holds.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: has_pages(context) and bool(_get_paging(context).total),
)
def stable_total(context: CheckContext) -> Iterator[Failure]:
    """Compare the first page with a later one, and with one of another size."""
    return falsify_invariant(context, _page_cases(context), partial(_find_changed_total, context))


def _find_changed_total(context: CheckContext, case: PageCase) -> Failure | None:
    first = _run_page(context, case.image, 0, case.size)
    later = _run_page(context, case.image, (case.number + 1) * case.size, case.size)
    smaller = _run_page(context, case.image, 0, 1)
    for other in (later, smaller):
        if other.total != first.total:
            message = f"a total of {other.total} here and of {first.total} on the first page of {case.size}"
            pointer = resolve_choice(_get_paging(context).total, context.variants)
            rule = locate_invariant(context, "paging", "total")
            return Failure(message, pointer, rule, (first.exchange, other.exchange))
    return None


@active_check(
    "paging/pages",
    summary="The number of pages is the total divided by the size, rounded as documented.",
    rationale="Clients page until they have reached that number.",
    remediation="Divide the total by the size of the page, and round as the document says.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: has_pages(context) and bool(_get_paging(context).pages),
)
def page_count(context: CheckContext) -> Iterator[Failure]:
    """Read first pages of many sizes."""
    cases = _page_cases(context, st.just(0), st.integers(1, 10))
    return falsify_invariant(context, cases, partial(_find_wrong_page_count, context), 5)


def _find_wrong_page_count(context: CheckContext, case: PageCase) -> Failure | None:
    paging = _get_paging(context)
    rounding = resolve_choice(paging.rounding, context.variants)
    page = _run_page(context, case.image, 0, case.size)
    total = page.total
    count = page.read_count(paging.pages)
    if total is None or count is None:
        return None
    expected = _compute_page_count(total, case.size, rounding)
    if count == expected:
        return None
    message = f"{count} pages for {total} items by {case.size}, and {rounding} makes {expected}"
    return Failure(message, paging.pages, locate_invariant(context, "paging", "pages"), (page.exchange,))


def _compute_page_count(total: int, size: int, rounding: str) -> int:
    if rounding == "floor-plus-one":
        # 40 items by 20 are 3 pages there, of which the last is empty
        return total // size + 1
    return -(-total // size)


@active_check(
    "paging/echo",
    summary="The response repeats which page it is and how many items were asked for.",
    rationale="Responses can overtake each other; clients tell by this which one they have.",
    remediation="Repeat the parameters of the request in the documented places.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: has_pages(context) and bool(_get_paging(context).echo),
)
def echo(context: CheckContext) -> Iterator[Failure]:
    """Read every place that repeats a parameter."""
    return falsify_invariant(context, _page_cases(context), partial(_find_wrong_echo, context))


def _find_wrong_echo(context: CheckContext, case: PageCase) -> Failure | None:
    parameters = get_page_parameters(context).build_parameters(case.number * case.size, case.size)
    page = run_search(context, case.image, parameters)
    for pointer, name in _get_paging(context).echo.items():
        value = resolve_pointer(page.body, pointer)
        if value != parameters[name]:
            message = f"{pointer} is {value!r} where `{name}` is {parameters[name]}"
            rule = locate_invariant(context, "paging", "echo", escape_pointer_token(pointer))
            return Failure(message, pointer, rule, (page.exchange,))
    return None


@passive_check(
    "paging/returned",
    summary="The response holds as many items as it says, and never more than the total or the documented maximum.",
    rationale="Clients make room for that many items, and stop after them.",
    remediation="Count the items of this response.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: is_search(context) and context.operation.extension.invariants.paging is not None,
)
def item_count(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare the number of items with the response's own count, with the total, and with the documented maximum."""
    page = parse_search(context, exchange)
    if page is None:
        return
    paging = _get_paging(context)
    count = len(page.items)
    stated_count = page.read_count(paging.item_count)
    if stated_count is not None and stated_count != count:
        message = f"{stated_count} where the answer holds {count} items"
        pointer = resolve_choice(paging.item_count, context.variants)
        yield Failure(message, pointer, locate_invariant(context, "paging", "item-count"), (exchange,))
    if page.total is not None and page.total < count:
        message = f"{count} items of a total of {page.total}"
        yield Failure(message, page.invariants.items, locate_invariant(context, "paging", "total"), (exchange,))
    max_items = resolve_choice(paging.max_items, context.variants) if paging.max_items else ""
    if max_items and count > int(max_items):
        message = f"{count} items, and at most {max_items} are answered"
        yield Failure(message, page.invariants.items, locate_invariant(context, "paging", "max-items"), (exchange,))


def _format_item_id(item_id: tuple[object, ...]) -> str:
    return " with ".join(repr(part) for part in item_id)
