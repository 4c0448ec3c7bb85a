"""Searches, and the invariants that the document promises of their responses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import zip_longest
from typing import Any, TypeVar

from hypothesis import strategies as st

from lookalike_specs import Operation
from lookalike_specs.invariants import Choice, Invariants, Paging, Range, resolve_choice
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.request_builder import format_value

from .context import CheckContext
from .exceptions import CouldNotCheck
from .finding import Exchange, Failure
from .quotes import shorten_quote
from .responses.difference import Difference
from .responses.json_body import parse_json_body

Example = TypeVar("Example")
Changes = Mapping[str, Any]
Bound = Decimal | None
# an invariant holds for each draw or for none, as a rule, and a case may be a walk through many pages
FEW_CASES = 3
DEFAULT_PAGE_SIZE = 20
DEFAULT_MAX_PAGE_SIZE = 20
MAX_SHOWN_LENGTH = 100
INVARIANTS_SOURCE = "the promises of each search"


class Inconclusive(CouldNotCheck):
    """Nothing can be told of an invariant: an allowed request is refused, or there is nothing in the response to compare.

    A search that finds no items keeps every promise about its items. That is no pass.
    """


@dataclass(frozen=True)
class SearchResponse:
    """A good response to a search."""

    context: CheckContext
    exchange: Exchange

    @property
    def invariants(self) -> Invariants:
        """Return what the document promises of the search."""
        return self.context.operation.extension.invariants

    @cached_property
    def body(self) -> Any:
        """Return the JSON of the response."""
        return parse_json_body(self.exchange.response)

    @cached_property
    def items(self) -> list[Any]:
        """Return what was found; nothing where that is no list."""
        items = resolve_pointer(self.body, self.invariants.items)
        if not isinstance(items, list):
            return []
        return items

    @cached_property
    def ids(self) -> list[tuple[Any, ...]]:
        """Return what tells the items apart, a tuple for each item: an id may consist of several fields."""
        return [self._read_id(item) for item in self.items]

    def _read_id(self, item: Any) -> tuple[Any, ...]:
        return tuple(_to_hashable(resolve_pointer(item, pointer)) for pointer in self.invariants.id)

    @property
    def total(self) -> int | None:
        """Return how many items there are in all; None where the response does not say so."""
        paging = self.invariants.paging
        if paging is None:
            return None
        return self.read_count(paging.total)

    @property
    def is_truncated(self) -> bool:
        """Return whether there may be more items than the response holds."""
        return self.total is None or self.total > len(self.items)

    def read_count(self, location: Choice) -> int | None:
        """Return the number at a place of the response; None where there is none."""
        pointer = resolve_choice(location, self.context.variants)
        if not pointer:
            return None
        value = resolve_pointer(self.body, pointer)
        # in Python True is an int; in JSON it is no number
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value

    def read_values(self, pointer: str) -> list[Any]:
        """Return what stands at a pointer in each item."""
        return [resolve_pointer(item, pointer) for item in self.items]

    def build_pointer(self, index: int, pointer: str = "") -> str:
        """Return where a place of the item with that index is in the response."""
        return f"{self.invariants.items}/{index}{pointer}"


def run_search(context: CheckContext, *parts: Changes) -> SearchResponse:
    """Return the good response to the plain request with these changes.

    Raise Inconclusive when it is refused, CouldNotCheck, TimeLimitExceeded.
    """
    changes = {name: value for part in parts for name, value in part.items()}
    response = parse_search(context, context.send_sample(**changes))
    if response is None:
        raise Inconclusive(f"the search is refused with {describe_changes(changes) or 'nothing changed'}")
    return response


def parse_search(context: CheckContext, exchange: Exchange) -> SearchResponse | None:
    """Return an exchange as a search's response; None where it is an error."""
    if not context.classifier.is_good(exchange.response):
        return None
    return SearchResponse(context, exchange)


def build_bounds(bounds: Range, low: Bound, high: Bound) -> dict[str, str]:
    """Return the parameters that say these bounds; None is no bound.

    Some APIs have a parameter for each bound, others one for both, such as `Filter=int_attr>=3 AND int_attr<=5`. There
    `low` and `high` of the range are templates (`int_attr>={}`).
    """
    texts = {}
    if low is not None:
        texts[bounds.low] = str(low)
    if high is not None:
        texts[bounds.high] = str(high)
    if not bounds.parameter:
        return texts
    conditions = [template.replace("{}", text) for template, text in texts.items()]
    return {bounds.parameter: bounds.separator.join(conditions)}


def describe_changes(changes: Changes) -> str:
    """Return the parameters as they are sent, for a message."""
    return ", ".join(
        f"{name}={shorten_quote(format_value(value), MAX_SHOWN_LENGTH)}"
        for name, value in changes.items()
        if value is not None
    )


def require_any(values: list[Example], noun: str) -> list[Example]:
    """Return the values, if there are any. Raise Inconclusive."""
    if not values:
        raise Inconclusive(f"no item of the answer has {noun}")
    return values


def find_item_difference(first: SearchResponse, second: SearchResponse) -> Difference | None:
    """Return the first item that stands in another place, or the other total; None where both found the same."""
    for index, (first_id, second_id) in enumerate(zip_longest(first.ids, second.ids, fillvalue=(MISSING,))):
        if first_id != second_id:
            pointer = first.build_pointer(index)
            if len(first_id) == len(second_id) == 1:
                pointer = first.build_pointer(index, first.invariants.id[0])
            return Difference(pointer, _unwrap_id(first_id), _unwrap_id(second_id))
    if first.total != second.total:
        return Difference("", f"a total of {first.total}", f"one of {second.total}")
    return None


def is_search(context: CheckContext) -> bool:
    """Return whether the operation is a search."""
    return bool(context.operation.extension.invariants.items)


def build_image_strategy(context: CheckContext) -> st.SearchStrategy[Changes]:
    """Return what to draw the image from: that of the plain request, or another one that the document names."""
    return st.sampled_from([{}, *context.operation.extension.invariants.images])


def falsify_invariant(
    context: CheckContext,
    strategy: st.SearchStrategy[Example],
    rule: Callable[[Example], Failure | None],
    cases: int = FEW_CASES,
) -> Iterator[Failure]:
    """Yield the failure of the simplest case that breaks an invariant.

    Raise Inconclusive when every case that was drawn was inconclusive; one that could be judged is enough to pass.
    """
    judged_count = 0
    first_error: Inconclusive | None = None

    def judge_case(example: Example) -> Failure | None:
        nonlocal judged_count, first_error
        # An inconclusive case must not end the drawing: the next image may have items with that field. So it counts as
        # one that holds, and is remembered.
        try:
            failure = rule(example)
        except Inconclusive as error:
            first_error = first_error or error
            return None
        judged_count += 1
        return failure

    failure = context.falsify(strategy, judge_case, cases)
    if failure is not None:
        yield failure
    elif first_error is not None and not judged_count:
        raise first_error


def run_parts(parts: Iterable[Iterator[Failure]]) -> Iterator[Failure]:
    """Yield what all parts of a check find; an inconclusive part does not keep the others from being judged.

    Raise the first Inconclusive in the end.
    """
    first_error: Inconclusive | None = None
    for part in parts:
        try:
            yield from part
        except Inconclusive as error:
            first_error = first_error or error
    if first_error is not None:
        raise first_error


def locate_invariant(context: CheckContext, *names: object) -> str:
    """Return where an invariant stands in the document."""
    return "/".join((f"{context.operation.pointer}/x-lookalike/invariants", *map(str, names)))


def _unwrap_id(item_id: tuple[Any, ...]) -> Any:
    """Return the value of an id that is one field."""
    return item_id[0] if len(item_id) == 1 else item_id


def _to_hashable(value: Any) -> Any:
    """Return an id that can stand in a set, whatever a server sends for one."""
    if isinstance(value, list | dict):
        return repr(value)
    return value


@dataclass(frozen=True)
class PageParameters:
    """How the pages of a search are asked for, under one choice of variants."""

    operation: Operation
    paging: Paging
    variants: Mapping[str, str]

    @property
    def is_item_based(self) -> bool:
        """Return whether the page parameter counts items, so that a page may begin anywhere."""
        return resolve_choice(self.paging.counts, self.variants) == "items"

    @property
    def max_size(self) -> int:
        """Return the greatest page size that the document allows."""
        return int(self._find_maximum(self.paging.size) or DEFAULT_MAX_PAGE_SIZE)

    def build_parameters(self, start: int, size: int) -> dict[str, Any]:
        """Return the parameters for the `size` items from index `start` on; `start` is a multiple of `size`."""
        offset = start if self.is_item_based else start // size
        return {self.paging.page: self.paging.first + offset, self.paging.size: size}

    def is_allowed(self, start: int, size: int) -> bool:
        """Return whether the document allows to ask for that page."""
        parameters = self.build_parameters(start, size)
        maximum = self._find_maximum(self.paging.page)
        if maximum is not None and parameters[self.paging.page] > maximum:
            return False
        # "start and number together at most 500", for example
        for rule in self.operation.extension.rules:
            if rule.rule == "sum-at-most" and sum(parameters.get(name, 0) for name in rule.parameters) > rule.limit:
                return False
        return True

    def count_reachable(self, total: int) -> int:
        """Return how many of so many items can be had."""
        if not self.paging.max_offset:
            return total
        return min(total, self.paging.max_offset)

    def _find_maximum(self, name: str) -> int | None:
        for field in self.operation.fields:
            if field.name == name:
                return field.schema.get("maximum")
        return None


def get_page_parameters(context: CheckContext) -> PageParameters:
    """Return how the pages of a search are asked for."""
    paging = context.operation.extension.invariants.paging or Paging()
    return PageParameters(context.operation, paging, context.variants)


def has_pages(context: CheckContext) -> bool:
    """Return whether the search is cut into pages."""
    paging = context.operation.extension.invariants.paging
    return bool(paging and paging.page)


def fetch_first_page(context: CheckContext, *changes: Changes, size: int = DEFAULT_PAGE_SIZE) -> SearchResponse:
    """Return the first page, or the only one. Raise Inconclusive, CouldNotCheck, TimeLimitExceeded."""
    page: dict[str, Any] = {}
    if has_pages(context):
        page = get_page_parameters(context).build_parameters(0, size)
    return run_search(context, *changes, page)
