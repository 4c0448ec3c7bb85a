"""One answer of a search, read as its promises say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from hypothesis import strategies as st

from lookalike_specs import Operation
from lookalike_specs.invariants import Choice, Invariants, Paging, Range, resolve_choice
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.request_builder import format_value

from .context import CheckContext
from .exceptions import CouldNotCheck
from .finding import Exchange, Failure
from .responses.classify import parse_json_body

Example = TypeVar("Example")
Changes = Mapping[str, Any]
Bound = Decimal | None
FEW_CASES = 3
MAX_SHOWN_LENGTH = 100
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
        return [
            tuple(_to_hashable(resolve_pointer(item, pointer)) for pointer in self.invariants.id) for item in self.items
        ]

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
    return ", ".join(
        f"{name}={format_value(value)[:MAX_SHOWN_LENGTH]}" for name, value in changes.items() if value is not None
    )


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
    subject: CheckContext,
    strategy: st.SearchStrategy[Example],
    rule: Callable[[Example], Failure | None],
    cases: int = FEW_CASES,
) -> Iterator[Failure]:
    """The simplest case that breaks the rule. Raises Untold when nothing could be told in any case."""
    judged = list[None]()
    untold = list[Inconclusive]()

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
    return "/".join((f"{subject.operation.pointer}/x-lookalike/invariants", *map(str, names)))


def _to_hashable(id: Any) -> Any:
    """An id that can be looked up, whatever a server sends for one."""
    return repr(id) if isinstance(id, list | dict) else id


DEFAULT_MAX_PAGE_SIZE = DEFAULT_PAGE_SIZE = 20


@dataclass(frozen=True)
class PageParameters:
    """The pages of a search under one choice of variants."""

    operation: Operation
    paging: Paging
    variants: Mapping[str, str]

    @property
    def is_item_based(self) -> bool:
        """Whether the page parameter counts items, so that a page may begin anywhere."""
        return resolve_choice(self.paging.counts, self.variants) == "items"

    @property
    def max_size(self) -> int:
        """The greatest page that the document allows."""
        return int(self._find_maximum(self.paging.size) or DEFAULT_MAX_PAGE_SIZE)

    def build_parameters(self, start: int, size: int) -> dict[str, Any]:
        """The parameters for the `size` items from number `start`, from 0, on; `start` is a multiple of `size`."""
        number = start if self.is_item_based else start // size
        return {self.paging.page: self.paging.first + number, self.paging.size: size}

    def is_allowed(self, start: int, size: int) -> bool:
        """Whether the document allows to ask for that page."""
        asked = self.build_parameters(start, size)
        greatest = self._find_maximum(self.paging.page)
        sums = (rule for rule in self.operation.extension.rules if rule.rule == "sum-at-most")
        return (greatest is None or asked[self.paging.page] <= greatest) and all(
            sum(asked.get(name, 0) for name in rule.parameters) <= rule.limit for rule in sums
        )

    def count_reachable(self, total: int) -> int:
        """How many of so many items can be had."""
        return min(total, self.paging.max_offset) if self.paging.max_offset else total

    def _find_maximum(self, name: str) -> int | None:
        found = [field.schema.get("maximum") for field in self.operation.fields if field.name == name]
        return found[0] if found else None


def get_page_parameters(subject: CheckContext) -> PageParameters:
    """The pages of a search that has any."""
    return PageParameters(
        subject.operation, subject.operation.extension.invariants.paging or Paging(), subject.variants
    )


def has_pages(subject: CheckContext) -> bool:
    """Whether the search is cut into pages."""
    paging = subject.operation.extension.invariants.paging
    return bool(paging and paging.page)


def fetch_first_page(subject: CheckContext, *changes: Changes, size: int = DEFAULT_PAGE_SIZE) -> SearchResponse:
    """The first page, or the only one. Raises Untold, CouldNotCheck, OutOfTime."""
    return run_search(
        subject, *changes, get_page_parameters(subject).build_parameters(0, size) if has_pages(subject) else {}
    )
