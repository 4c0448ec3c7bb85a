"""Family `paging`: pages hang together, and are as many as the answer says."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from lookalike_specs.invariants import Paging, resolve_choice
from lookalike_specs.pointers import resolve_pointer

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

PageCase = tuple[Changes, int, int]


def _paging(subject: CheckContext) -> Paging:
    return subject.operation.extension.invariants.paging or Paging()


def _page_cases(subject: CheckContext) -> st.SearchStrategy[PageCase]:
    """A picture, the number of a page from 0 on, and how many items it has."""
    return st.tuples(build_image_strategy(subject), st.integers(0, 4), st.integers(2, 5))


@active_check(
    "paging/doubled",
    summary="No item stands on two pages.",
    rationale="A client that pages through everything would count it twice.",
    remediation="Keep the order of a search the same from page to page, and cut it without overlap.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def overlapping_pages(subject: CheckContext) -> Iterator[Failure]:
    """Three pages in a row."""

    def broken(drawn: PageCase) -> Failure | None:
        picture, first, size = drawn
        seen: dict[object, SearchResponse] = {}
        for number in range(first, first + 3):
            found = run_search(subject, picture, get_page_parameters(subject).build_parameters(number * size, size))
            for place, id in enumerate(found.ids):
                if id in seen and seen[id] is not found:
                    both = (seen[id].exchange, found.exchange)
                    return Failure(
                        f"{_format_item_id(id)} stands on an earlier page too",
                        found.build_pointer(place),
                        exchanges=both,
                    )
                seen[id] = found
        require_any(list(seen), "an id")
        return None

    return falsify_invariant(subject, _page_cases(subject), broken)


@active_check(
    "paging/lost",
    summary="A page is the same as the two of half its size in its place.",
    rationale="An item that is between two pages is never seen by who pages.",
    remediation="Begin each page with the item after the last one of the page before, whatever the size.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def page_gaps(subject: CheckContext) -> Iterator[Failure]:
    """Pages of one size and of half of it; where pages may begin anywhere, they do."""
    cut = get_page_parameters(subject)

    def broken(drawn: PageCase) -> Failure | None:
        picture, number, size = drawn
        start = number * 2 * size + (number if cut.is_item_based else 0)
        whole = run_search(subject, picture, cut.build_parameters(start, 2 * size))
        halves = [run_search(subject, picture, cut.build_parameters(each, size)) for each in (start, start + size)]
        joined = halves[0].ids + halves[1].ids
        if joined == require_any(whole.ids, "an id"):
            return None
        message = f"the {2 * size} items from number {start} on are others than when they are asked for by {size}"
        exchanges = (*(half.exchange for half in halves), whole.exchange)
        return Failure(
            message, subject.operation.extension.invariants.items, locate_invariant(subject, "paging"), exchanges
        )

    return falsify_invariant(subject, _page_cases(subject), broken)


@active_check(
    "paging/size",
    summary="A page holds as many items as were asked for, and fewer at the end alone.",
    rationale="Clients take a page that is not full for the last one, and make room for as many items as they ask for.",
    remediation="Answer the size that was asked for, or what is left.",
    source=INVARIANTS_SOURCE,
    applies=has_pages,
)
def page_size(subject: CheckContext) -> Iterator[Failure]:
    """Pages of many sizes; without a total nobody knows whether a shorter one is the end."""
    cut = get_page_parameters(subject)

    def broken(drawn: PageCase) -> Failure | None:
        picture, number, size = drawn
        found = run_search(subject, picture, cut.build_parameters(number * size, size))
        count = len(found.items)
        total = found.total
        wanted = size if total is None else max(0, min(size, cut.count_reachable(total) - number * size))
        if count == wanted or (total is None and count < size):
            return None
        message = f"{count} items where `{cut.paging.size}` is {size} and {wanted} are to be had"
        return Failure(message, found.invariants.items, locate_invariant(subject, "paging", "size"), (found.exchange,))

    sizes = st.one_of(st.integers(1, 6), st.integers(1, cut.max_size))
    return falsify_invariant(subject, st.tuples(build_image_strategy(subject), st.integers(0, 2), sizes), broken, 5)


@active_check(
    "paging/total",
    summary="The total is the same on every page, whatever their size.",
    rationale="Clients plan their paging by the total of the first page.",
    remediation="Count what the search finds, not what the page holds.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: has_pages(subject) and bool(_paging(subject).total),
)
def stable_total(subject: CheckContext) -> Iterator[Failure]:
    """The first page against another one of another size."""
    cut = get_page_parameters(subject)

    def broken(drawn: PageCase) -> Failure | None:
        picture, number, size = drawn
        first, other = (run_search(subject, picture, cut.build_parameters(at, size)) for at in (0, (number + 1) * size))
        smaller = run_search(subject, picture, cut.build_parameters(0, 1))
        for found in (other, smaller):
            if found.total != first.total:
                message = f"a total of {found.total} here and of {first.total} on the first page of {size}"
                where = resolve_choice(cut.paging.total, subject.variants)
                exchanges = (first.exchange, found.exchange)
                return Failure(message, where, locate_invariant(subject, "paging", "total"), exchanges)
        return None

    return falsify_invariant(subject, _page_cases(subject), broken)


@active_check(
    "paging/pages",
    summary="The number of pages is the total by the size, rounded as documented.",
    rationale="Clients page until that number.",
    remediation="Divide the total by the size of the page.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: has_pages(subject) and bool(_paging(subject).pages),
)
def page_count(subject: CheckContext) -> Iterator[Failure]:
    """First pages of many sizes."""
    cut = get_page_parameters(subject)
    rounding = resolve_choice(cut.paging.rounding, subject.variants)

    def broken(drawn: tuple[Changes, int]) -> Failure | None:
        picture, size = drawn
        found = run_search(subject, picture, cut.build_parameters(0, size))
        total = found.total
        count = found.read_count(cut.paging.pages)
        if total is None or count is None:
            return None
        wanted = total // size + 1 if rounding == "floor-plus-one" else -(-total // size)
        if count == wanted:
            return None
        message = f"{count} pages for {total} items by {size}, and {rounding} makes {wanted}"
        return Failure(message, cut.paging.pages, locate_invariant(subject, "paging", "pages"), (found.exchange,))

    return falsify_invariant(subject, st.tuples(build_image_strategy(subject), st.integers(1, 10)), broken, 5)


@active_check(
    "paging/echo",
    summary="The answer says again which page it is and how long.",
    rationale="Clients tell answers that overtake each other by it.",
    remediation="Repeat the parameters of the request in the documented places.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: has_pages(subject) and bool(_paging(subject).echo),
)
def echo(subject: CheckContext) -> Iterator[Failure]:
    """Every place that repeats a parameter."""
    cut = get_page_parameters(subject)

    def broken(drawn: PageCase) -> Failure | None:
        picture, number, size = drawn
        asked = cut.build_parameters(number * size, size)
        found = run_search(subject, picture, asked)
        for pointer, name in cut.paging.echo.items():
            if (told := resolve_pointer(found.body, pointer)) != asked[name]:
                message = f"{pointer} is {told!r} where `{name}` is {asked[name]}"
                return Failure(message, pointer, locate_invariant(subject, "paging", "echo"), (found.exchange,))
        return None

    return falsify_invariant(subject, _page_cases(subject), broken)


@passive_check(
    "paging/returned",
    summary="What the answer says of how many items it holds is how many it holds, and no more than there can be.",
    rationale="Clients allocate and stop by it.",
    remediation="Count the items of this answer.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: is_search(subject) and subject.operation.extension.invariants.paging is not None,
)
def item_count(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Its own count, the total, and the most that an answer holds."""
    found = parse_search(subject, exchange)
    if found is None:
        return
    paging = _paging(subject)
    count = len(found.items)
    told = found.read_count(paging.item_count)
    where = found.invariants.items
    if told is not None and told != count:
        pointer = resolve_choice(paging.item_count, subject.variants)
        yield Failure(
            f"{told} where the answer holds {count} items",
            pointer,
            locate_invariant(subject, "paging", "item-count"),
            (exchange,),
        )
    if found.total is not None and found.total < count:
        yield Failure(
            f"{count} items of a total of {found.total}",
            where,
            locate_invariant(subject, "paging", "total"),
            (exchange,),
        )
    most = resolve_choice(paging.max_items, subject.variants) if paging.max_items else ""
    if most and count > int(most):
        yield Failure(
            f"{count} items, and at most {most} are answered",
            where,
            locate_invariant(subject, "paging", "max-items"),
            (exchange,),
        )


def _format_item_id(id: tuple[object, ...]) -> str:
    return " with ".join(map(repr, id))
