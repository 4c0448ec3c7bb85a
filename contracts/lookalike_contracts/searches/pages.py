"""Which values of its parameters mean which page of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookalike_specs import Operation
from lookalike_specs.promises import Paging, resolve_choice

from ..subject import CheckContext
from .search import Changes, SearchResponse, run_search

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
    return PageParameters(subject.operation, subject.operation.extension.invariants.paging or Paging(), subject.variants)


def has_pages(subject: CheckContext) -> bool:
    """Whether the search is cut into pages."""
    paging = subject.operation.extension.invariants.paging
    return bool(paging and paging.page)


def fetch_first_page(subject: CheckContext, *changes: Changes, size: int = DEFAULT_PAGE_SIZE) -> SearchResponse:
    """The first page, or the only one. Raises Untold, CouldNotCheck, OutOfTime."""
    return run_search(subject, *changes, get_page_parameters(subject).build_parameters(0, size) if has_pages(subject) else {})
