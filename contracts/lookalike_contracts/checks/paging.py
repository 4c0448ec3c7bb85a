"""Family `paging`: pages hang together, and are as many as the answer says."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from lookalike_specs.promises import Paging, choose

from ..answers.pointer import at
from ..finding import Broken, Exchange
from ..registry import look, probe
from ..searches.pages import has_pages, pages
from ..searches.search import SOURCE, Changes, Found, find, held, pictures, read, rule, searches, some
from ..subject import Subject

Drawn = tuple[Changes, int, int]


def _paging(subject: Subject) -> Paging:
    return subject.operation.extension.promises.paging or Paging()


def _drawn(subject: Subject) -> st.SearchStrategy[Drawn]:
    """A picture, the number of a page from 0 on, and how many items it has."""
    return st.tuples(pictures(subject), st.integers(0, 4), st.integers(2, 5))


@probe(
    "paging/doubled",
    says="No item stands on two pages.",
    why="A client that pages through everything would count it twice.",
    how="Keep the order of a search the same from page to page, and cut it without overlap.",
    source=SOURCE,
    applies=has_pages,
)
def doubled(subject: Subject) -> Iterator[Broken]:
    """Three pages in a row."""

    def broken(drawn: Drawn) -> Broken | None:
        picture, first, size = drawn
        seen: dict[object, Found] = {}
        for number in range(first, first + 3):
            found = find(subject, picture, pages(subject).at(number * size, size))
            for place, id in enumerate(found.ids):
                if id in seen and seen[id] is not found:
                    both = (seen[id].exchange, found.exchange)
                    return Broken(f"{_told(id)} stands on an earlier page too", found.place(place), exchanges=both)
                seen[id] = found
        some(list(seen), "an id")
        return None

    return held(subject, _drawn(subject), broken)


@probe(
    "paging/lost",
    says="A page is the same as the two of half its size in its place.",
    why="An item that is between two pages is never seen by who pages.",
    how="Begin each page with the item after the last one of the page before, whatever the size.",
    source=SOURCE,
    applies=has_pages,
)
def lost(subject: Subject) -> Iterator[Broken]:
    """Pages of one size and of half of it; where pages may begin anywhere, they do."""
    cut = pages(subject)

    def broken(drawn: Drawn) -> Broken | None:
        picture, number, size = drawn
        start = number * 2 * size + (number if cut.by_items else 0)
        whole = find(subject, picture, cut.at(start, 2 * size))
        halves = [find(subject, picture, cut.at(each, size)) for each in (start, start + size)]
        joined = halves[0].ids + halves[1].ids
        if joined == some(whole.ids, "an id"):
            return None
        message = f"the {2 * size} items from number {start} on are others than when they are asked for by {size}"
        exchanges = (*(half.exchange for half in halves), whole.exchange)
        return Broken(message, subject.operation.extension.promises.items, rule(subject, "paging"), exchanges)

    return held(subject, _drawn(subject), broken)


@probe(
    "paging/size",
    says="A page holds as many items as were asked for, and fewer at the end alone.",
    why="Clients take a page that is not full for the last one, and make room for as many items as they ask for.",
    how="Answer the size that was asked for, or what is left.",
    source=SOURCE,
    applies=has_pages,
)
def size_kept(subject: Subject) -> Iterator[Broken]:
    """Pages of many sizes; without a total nobody knows whether a shorter one is the end."""
    cut = pages(subject)

    def broken(drawn: Drawn) -> Broken | None:
        picture, number, size = drawn
        found = find(subject, picture, cut.at(number * size, size))
        count, total = len(found.items), found.total
        wanted = size if total is None else max(0, min(size, cut.reachable(total) - number * size))
        if count == wanted or (total is None and count < size):
            return None
        message = f"{count} items where `{cut.paging.size}` is {size} and {wanted} are to be had"
        return Broken(message, found.promises.items, rule(subject, "paging", "size"), (found.exchange,))

    sizes = st.one_of(st.integers(1, 6), st.integers(1, cut.most))
    return held(subject, st.tuples(pictures(subject), st.integers(0, 2), sizes), broken, 5)


@probe(
    "paging/total",
    says="The total is the same on every page, whatever their size.",
    why="Clients plan their paging by the total of the first page.",
    how="Count what the search finds, not what the page holds.",
    source=SOURCE,
    applies=lambda subject: has_pages(subject) and bool(_paging(subject).total),
)
def total_same(subject: Subject) -> Iterator[Broken]:
    """The first page against another one of another size."""
    cut = pages(subject)

    def broken(drawn: Drawn) -> Broken | None:
        picture, number, size = drawn
        first, other = (find(subject, picture, cut.at(at, size)) for at in (0, (number + 1) * size))
        smaller = find(subject, picture, cut.at(0, 1))
        for found in (other, smaller):
            if found.total != first.total:
                message = f"a total of {found.total} here and of {first.total} on the first page of {size}"
                where = choose(cut.paging.total, subject.variants)
                exchanges = (first.exchange, found.exchange)
                return Broken(message, where, rule(subject, "paging", "total"), exchanges)
        return None

    return held(subject, _drawn(subject), broken)


@probe(
    "paging/pages",
    says="The number of pages is the total by the size, rounded as documented.",
    why="Clients page until that number.",
    how="Divide the total by the size of the page.",
    source=SOURCE,
    applies=lambda subject: has_pages(subject) and bool(_paging(subject).pages),
)
def counted(subject: Subject) -> Iterator[Broken]:
    """First pages of many sizes."""
    cut = pages(subject)
    rounding = choose(cut.paging.rounding, subject.variants)

    def broken(drawn: tuple[Changes, int]) -> Broken | None:
        picture, size = drawn
        found = find(subject, picture, cut.at(0, size))
        total, count = found.total, found.count(cut.paging.pages)
        if total is None or count is None:
            return None
        wanted = total // size + 1 if rounding == "floor-plus-one" else -(-total // size)
        if count == wanted:
            return None
        message = f"{count} pages for {total} items by {size}, and {rounding} makes {wanted}"
        return Broken(message, cut.paging.pages, rule(subject, "paging", "pages"), (found.exchange,))

    return held(subject, st.tuples(pictures(subject), st.integers(1, 10)), broken, 5)


@probe(
    "paging/echo",
    says="The answer says again which page it is and how long.",
    why="Clients tell answers that overtake each other by it.",
    how="Repeat the parameters of the request in the documented places.",
    source=SOURCE,
    applies=lambda subject: has_pages(subject) and bool(_paging(subject).echo),
)
def echo(subject: Subject) -> Iterator[Broken]:
    """Every place that repeats a parameter."""
    cut = pages(subject)

    def broken(drawn: Drawn) -> Broken | None:
        picture, number, size = drawn
        asked = cut.at(number * size, size)
        found = find(subject, picture, asked)
        for pointer, name in cut.paging.echo.items():
            if (told := at(found.body, pointer)) != asked[name]:
                message = f"{pointer} is {told!r} where `{name}` is {asked[name]}"
                return Broken(message, pointer, rule(subject, "paging", "echo"), (found.exchange,))
        return None

    return held(subject, _drawn(subject), broken)


@look(
    "paging/returned",
    says="What the answer says of how many items it holds is how many it holds, and no more than there can be.",
    why="Clients allocate and stop by it.",
    how="Count the items of this answer.",
    source=SOURCE,
    applies=lambda subject: searches(subject) and subject.operation.extension.promises.paging is not None,
)
def returned(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """Its own count, the total, and the most that an answer holds."""
    found = read(subject, exchange)
    if found is None:
        return
    paging, count = _paging(subject), len(found.items)
    told = found.count(paging.returned)
    where = found.promises.items
    if told is not None and told != count:
        pointer = choose(paging.returned, subject.variants)
        yield Broken(
            f"{told} where the answer holds {count} items", pointer, rule(subject, "paging", "returned"), (exchange,)
        )
    if found.total is not None and found.total < count:
        yield Broken(f"{count} items of a total of {found.total}", where, rule(subject, "paging", "total"), (exchange,))
    most = choose(paging.most, subject.variants) if paging.most else ""
    if most and count > int(most):
        yield Broken(
            f"{count} items, and at most {most} are answered", where, rule(subject, "paging", "most"), (exchange,)
        )


def _told(id: tuple[object, ...]) -> str:
    return " with ".join(map(repr, id))
