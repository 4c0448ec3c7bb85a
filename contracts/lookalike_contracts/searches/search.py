"""One answer of a search, read as its promises say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from hypothesis import strategies as st

from lookalike_specs.promises import Choice, Invariants, Range, resolve_choice
from lookalike_specs.sample import format_value

from ..answers.pointer import MISSING, resolve_pointer
from ..answers.reading import parse_json_body
from ..errors import CouldNotCheck
from ..finding import Failure, Exchange
from ..subject import CheckContext

Example = TypeVar("Example")
Changes = Mapping[str, Any]
Bound = Decimal | None
FEW_CASES, MAX_SHOWN_LENGTH = 3, 100
INVARIANTS_SOURCE = "the promises of each search"


class Inconclusive(CouldNotCheck):
    """Nothing can be told of a promise: a request that the document allows is refused, or finds nothing to look at."""


@dataclass(frozen=True)
class SearchResponse:
    """A good answer to a search."""

    context: CheckContext
    exchange: Exchange

    @property
    def invariants(self) -> Invariants:
        """What the search promises."""
        return self.context.operation.extension.invariants

    @cached_property
    def body(self) -> Any:
        """The answer."""
        return parse_json_body(self.exchange.response)

    @cached_property
    def items(self) -> list[Any]:
        """What was found; nothing where that is no list."""
        items = resolve_pointer(self.body, self.invariants.items)
        return items if isinstance(items, list) else []

    @cached_property
    def ids(self) -> list[tuple[Any, ...]]:
        """What tells the items apart."""
        return [tuple(_to_hashable(resolve_pointer(item, pointer)) for pointer in self.invariants.id) for item in self.items]

    @property
    def total(self) -> int | None:
        """How many items there are in all, where the answer says so."""
        return self.read_count(self.invariants.paging.total if self.invariants.paging else "")

    @property
    def is_truncated(self) -> bool:
        """Whether there may be more items than it holds."""
        return self.total is None or self.total > len(self.items)

    def read_count(self, where: Choice) -> int | None:
        """The number at that place of the answer, if there is one."""
        pointer = resolve_choice(where, self.context.variants)
        found = resolve_pointer(self.body, pointer) if pointer else MISSING
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def read_values(self, pointer: str) -> list[Any]:
        """What stands there in each item."""
        return [resolve_pointer(item, pointer) for item in self.items]

    def build_pointer(self, number: int, pointer: str = "") -> str:
        """Where that is in the answer."""
        return f"{self.invariants.items}/{number}{pointer}"


def run_search(subject: CheckContext, *parts: Changes) -> SearchResponse:
    """The good answer to the plain request with these changes. Raises Untold, CouldNotCheck, OutOfTime."""
    changes = {name: value for part in parts for name, value in part.items()}
    found = parse_search(subject, subject.send_sample(**changes))
    if found is None:
        raise Inconclusive(f"the search is refused with {describe_changes(changes) or 'nothing changed'}")
    return found


def parse_search(subject: CheckContext, exchange: Exchange) -> SearchResponse | None:
    """An answer, if it is a good one."""
    return SearchResponse(subject, exchange) if subject.classifier.is_good(exchange.response) else None


def build_bounds(bounds: Range, low: Bound, high: Bound) -> dict[str, str]:
    """The parameters that say these bounds."""
    sent = {name: value for name, value in ((bounds.low, low), (bounds.high, high)) if value is not None}
    if not bounds.parameter:
        return {name: str(value) for name, value in sent.items()}
    return {bounds.parameter: bounds.separator.join(text.replace("{}", str(value)) for text, value in sent.items())}


def describe_changes(changes: Changes) -> str:
    """The parameters as they are sent."""
    return ", ".join(f"{name}={format_value(value)[:MAX_SHOWN_LENGTH]}" for name, value in changes.items() if value is not None)


def require_any(values: list[Example], what: str) -> list[Example]:
    """The values, if there are any. Raises Untold."""
    if not values:
        raise Inconclusive(f"no item of the answer has {what}")
    return values


def is_search(subject: CheckContext) -> bool:
    """Whether the operation is a search."""
    return bool(subject.operation.extension.invariants.items)


def build_image_strategy(subject: CheckContext) -> st.SearchStrategy[Changes]:
    """The picture to search by: that of the plain request, or another one that the document names."""
    return st.sampled_from([{}, *subject.operation.extension.invariants.images])


def falsify_invariant(
    subject: CheckContext, strategy: st.SearchStrategy[Example], rule: Callable[[Example], Failure | None], cases: int = FEW_CASES
) -> Iterator[Failure]:
    """The simplest case that breaks the rule. Raises Untold when nothing could be told in any case."""
    judged, untold = list[None](), list[Inconclusive]()

    def tried(drawn: Example) -> Failure | None:
        try:
            broken = rule(drawn)
        except Inconclusive as wrong:
            untold.append(wrong)
            return None
        judged.append(None)
        return broken

    broken = subject.falsify(strategy, tried, cases)
    if broken is not None:
        yield broken
    elif untold and not judged:
        raise untold[0]


def run_parts(parts: Iterable[Iterator[Failure]]) -> Iterator[Failure]:
    """What all parts find; one of which nothing can be told does not keep the others from being judged."""
    untold: Inconclusive | None = None
    for part in parts:
        try:
            yield from part
        except Inconclusive as wrong:
            untold = untold or wrong
    if untold is not None:
        raise untold


def locate_invariant(subject: CheckContext, *names: object) -> str:
    """Where a promise stands in the document."""
    return "/".join((f"{subject.operation.pointer}/x-lookalike/promises", *map(str, names)))


def _to_hashable(id: Any) -> Any:
    """An id that can be looked up, whatever a server sends for one."""
    return repr(id) if isinstance(id, list | dict) else id
