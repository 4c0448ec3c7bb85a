"""Family `paging`: pages hang together."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs.promises import Paging, choose

from ..finding import Broken, Exchange
from ..pointer import MISSING, at
from ..reading import parsed
from ..registry import probe
from ..subject import Subject


def _pages(subject: Subject) -> bool:
    paging = subject.operation.extension.promises.paging
    return bool(paging and paging.page)


@probe(
    "paging/doubled",
    says="No item stands on two pages.",
    why="A client that pages through everything would count it twice.",
    how="Keep the order of a search the same from page to page, and cut it without overlap.",
    source="the promises of each search",
    applies=_pages,
)
def doubled(subject: Subject) -> Iterator[Broken]:
    """The first two pages of the plain search."""
    promises = subject.operation.extension.promises
    paging = promises.paging or Paging()
    seen: dict[object, Exchange] = {}
    for number in range(2):
        exchange = subject.ask(**{paging.page: page(subject, paging, number, 10), paging.size: 10})
        for place, item in enumerate(at(parsed(exchange.reply), promises.items) or ()):
            id = at(item, promises.id)
            if id is not MISSING and id in seen:
                where = f"{promises.items}/{place}{promises.id}"
                yield Broken(f"{id!r} stands on an earlier page too", where, exchanges=(seen[id], exchange))
                return
            seen[id] = exchange


def page(subject: Subject, paging: Paging, number: int, size: int) -> int:
    """What the page parameter is for page `number`, from 0."""
    return paging.first + number * (size if choose(paging.counts, subject.variants) == "items" else 1)
