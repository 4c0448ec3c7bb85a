"""Family `paging`: where the pages end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lookalike_specs.promises import choose

from ..answers.number import number
from ..finding import Broken
from ..registry import probe
from ..searches.pages import Pages, first, has_pages, pages
from ..searches.search import SOURCE, Changes, Found, Untold, bounded, find, held, pictures, rule
from ..subject import Subject

FAR = 1000


def _has_total(subject: Subject) -> bool:
    paging = subject.operation.extension.promises.paging
    return has_pages(subject) and bool(paging and paging.total)


@probe(
    "paging/end",
    says="The last page holds exactly the rest, and after it comes nothing.",
    why="A client that pages until nothing comes never ends otherwise, or misses the last items.",
    how="Answer a page after the last one without items, and count in the total what can be paged through.",
    source=SOURCE,
    applies=has_pages,
)
def end(subject: Subject) -> Iterator[Broken]:
    """Jump to where the end must be; without a total, look for it."""
    cut = pages(subject)

    def broken(picture: Changes) -> Broken | None:
        start, found = _last(subject, cut, picture)
        total, size = found.total, cut.most
        wanted = None if total is None else cut.reachable(total) - start
        if wanted is not None and len(found.items) != wanted:
            message = f"the last page of {size} holds {len(found.items)} items, and {wanted} are left of {total}"
            return Broken(message, found.promises.items, rule(subject, "paging", "total"), (found.exchange,))
        behind = start + (len(found.items) if cut.by_items else size)
        if not cut.may(behind, size):
            return None
        after = find(subject, picture, cut.at(behind, size))
        if not after.items:
            return None
        message = f"{len(after.items)} items after the last page, which holds {len(found.items)} of {size}"
        return Broken(message, after.promises.items, rule(subject, "paging"), (found.exchange, after.exchange))

    return held(subject, pictures(subject), broken)


def _last(subject: Subject, cut: Pages, picture: Changes) -> tuple[int, Found]:
    """Where the last page begins, and that page, of pages as long as may be. Raises Untold."""
    size = cut.most
    total = find(subject, picture, cut.at(0, size)).total
    start = _short(subject, cut, picture) if total is None else (max(1, cut.reachable(total)) - 1) // size * size
    if not cut.may(start, size):
        raise Untold("the last page is further than may be asked for")
    return start, find(subject, picture, cut.at(start, size))


def _short(subject: Subject, cut: Pages, picture: Changes) -> int:
    """Where the first page begins that is not full, by halving what is left."""
    size = cut.most
    full, short = -1, cut.reachable(size * FAR) // size + 1
    while short - full > 1:
        middle = (full + short) // 2
        may = cut.may(middle * size, size)
        if may and len(find(subject, picture, cut.at(middle * size, size)).items) >= size:
            full = middle
        else:
            short = middle
    return short * size


@probe(
    "paging/complete",
    says="Whoever pages to the end has seen as many items as the total says, each once.",
    why="It is what a total is for.",
    how="Count in the total what can be paged through, no more and no less.",
    source=SOURCE,
    applies=_has_total,
)
def complete(subject: Subject) -> Iterator[Broken]:
    """A search that finds little enough to be followed: the plain one with a filter, if need be."""
    cut = pages(subject)

    def broken(picture: Changes) -> Broken | None:
        changes, total = _short_one(subject, picture)
        size = -(-total // 3)
        starts = [page * size for page in range(4) if cut.may(page * size, size)]
        every = [find(subject, changes, cut.at(start, size)) for start in starts]
        count = len({id for found in every for id in found.ids})
        if count == total:
            return None
        message = f"{count} items by paging to the end, and the total is {total}"
        where = choose(cut.paging.total, subject.variants)
        return Broken(message, where, rule(subject, "paging", "total"), tuple(found.exchange for found in every))

    return held(subject, pictures(subject), broken, 2)


def _short_one(subject: Subject, picture: Changes) -> tuple[Changes, int]:
    """What to ask for to find little, and how much that is. Raises Untold."""
    most = 3 * pages(subject).most
    for changes in _narrow(subject, picture):
        total = first(subject, changes).total or 0
        if 0 < total <= most:
            return changes, total
    raise Untold(f"no search finds fewer than {most} items")


def _narrow(subject: Subject, picture: Changes) -> Iterator[Changes]:
    """Searches that may find little: the plain one, one with each filter, with all of them, for an item's number."""
    promises = subject.operation.extension.promises
    plain = first(subject, picture)
    yield picture
    filters = [each for each in promises.filters if each.narrows and "{}" not in str(each.value)]
    asked = [{**each.given, each.parameter: each.value} for each in filters]
    yield from ({**picture, **each} for each in asked)
    yield {**picture, **{name: value for each in asked for name, value in each.items()}}
    for bounds in promises.ranges:
        numbers = (worth for value in plain.values(bounds.by) if (worth := number(value)) is not None)
        yield from ({**picture, **bounded(bounds, worth, worth)} for worth in islice(numbers, 2))
