"""One answer of a search, read as its promises say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from hypothesis import strategies as st

from lookalike_specs.promises import Choice, Promises, Range, choose
from lookalike_specs.sample import text

from ..answers.pointer import MISSING, at
from ..answers.reading import parsed
from ..errors import CouldNotCheck
from ..finding import Broken, Exchange
from ..subject import Subject

Drawn = TypeVar("Drawn")
Changes = Mapping[str, Any]
Bound = Decimal | None
FEW, LONG = 3, 100
SOURCE = "the promises of each search"


class Untold(CouldNotCheck):
    """Nothing can be told of a promise: a request that the document allows is refused, or finds nothing to look at."""


@dataclass(frozen=True)
class Found:
    """A good answer to a search."""

    subject: Subject
    exchange: Exchange

    @property
    def promises(self) -> Promises:
        """What the search promises."""
        return self.subject.operation.extension.promises

    @cached_property
    def body(self) -> Any:
        """The answer."""
        return parsed(self.exchange.reply)

    @cached_property
    def items(self) -> list[Any]:
        """What was found; nothing where that is no list."""
        items = at(self.body, self.promises.items)
        return items if isinstance(items, list) else []

    @cached_property
    def ids(self) -> list[tuple[Any, ...]]:
        """What tells the items apart."""
        return [tuple(_told(at(item, pointer)) for pointer in self.promises.id) for item in self.items]

    @property
    def total(self) -> int | None:
        """How many items there are in all, where the answer says so."""
        return self.count(self.promises.paging.total if self.promises.paging else "")

    @property
    def is_cut(self) -> bool:
        """Whether there may be more items than it holds."""
        return self.total is None or self.total > len(self.items)

    def count(self, where: Choice) -> int | None:
        """The number at that place of the answer, if there is one."""
        pointer = choose(where, self.subject.variants)
        found = at(self.body, pointer) if pointer else MISSING
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def values(self, pointer: str) -> list[Any]:
        """What stands there in each item."""
        return [at(item, pointer) for item in self.items]

    def place(self, number: int, pointer: str = "") -> str:
        """Where that is in the answer."""
        return f"{self.promises.items}/{number}{pointer}"


def find(subject: Subject, *parts: Changes) -> Found:
    """The good answer to the plain request with these changes. Raises Untold, CouldNotCheck, OutOfTime."""
    changes = {name: value for part in parts for name, value in part.items()}
    found = read(subject, subject.ask(**changes))
    if found is None:
        raise Untold(f"the search is refused with {told(changes) or 'nothing changed'}")
    return found


def read(subject: Subject, exchange: Exchange) -> Found | None:
    """An answer, if it is a good one."""
    return Found(subject, exchange) if subject.reader.is_good(exchange.reply) else None


def bounded(bounds: Range, low: Bound, high: Bound) -> dict[str, str]:
    """The parameters that say these bounds."""
    sent = {name: value for name, value in ((bounds.low, low), (bounds.high, high)) if value is not None}
    if not bounds.parameter:
        return {name: str(value) for name, value in sent.items()}
    return {bounds.parameter: bounds.joint.join(text.replace("{}", str(value)) for text, value in sent.items())}


def told(changes: Changes) -> str:
    """The parameters as they are sent."""
    return ", ".join(f"{name}={text(value)[:LONG]}" for name, value in changes.items() if value is not None)


def some(values: list[Drawn], what: str) -> list[Drawn]:
    """The values, if there are any. Raises Untold."""
    if not values:
        raise Untold(f"no item of the answer has {what}")
    return values


def searches(subject: Subject) -> bool:
    """Whether the operation is a search."""
    return bool(subject.operation.extension.promises.items)


def pictures(subject: Subject) -> st.SearchStrategy[Changes]:
    """The picture to search by: that of the plain request, or another one that the document names."""
    return st.sampled_from([{}, *subject.operation.extension.promises.pictures])


def held(
    subject: Subject, strategy: st.SearchStrategy[Drawn], rule: Callable[[Drawn], Broken | None], cases: int = FEW
) -> Iterator[Broken]:
    """The simplest case that breaks the rule. Raises Untold when nothing could be told in any case."""
    judged, untold = list[None](), list[Untold]()

    def tried(drawn: Drawn) -> Broken | None:
        try:
            broken = rule(drawn)
        except Untold as wrong:
            untold.append(wrong)
            return None
        judged.append(None)
        return broken

    broken = subject.hold(strategy, tried, cases)
    if broken is not None:
        yield broken
    elif untold and not judged:
        raise untold[0]


def each(parts: Iterable[Iterator[Broken]]) -> Iterator[Broken]:
    """What all parts find; one of which nothing can be told does not keep the others from being judged."""
    untold: Untold | None = None
    for part in parts:
        try:
            yield from part
        except Untold as wrong:
            untold = untold or wrong
    if untold is not None:
        raise untold


def rule(subject: Subject, *names: object) -> str:
    """Where a promise stands in the document."""
    return "/".join((f"{subject.operation.pointer}/x-lookalike/promises", *map(str, names)))


def _told(id: Any) -> Any:
    """An id that can be looked up, whatever a server sends for one."""
    return repr(id) if isinstance(id, list | dict) else id
