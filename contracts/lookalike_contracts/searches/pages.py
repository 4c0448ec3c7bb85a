"""Which values of its parameters mean which page of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookalike_specs import Operation
from lookalike_specs.promises import Paging, choose

from ..subject import Subject
from .search import Changes, Found, find

MOST = SHOWN = 20


@dataclass(frozen=True)
class Pages:
    """The pages of a search under one choice of variants."""

    operation: Operation
    paging: Paging
    variants: Mapping[str, str]

    @property
    def by_items(self) -> bool:
        """Whether the page parameter counts items, so that a page may begin anywhere."""
        return choose(self.paging.counts, self.variants) == "items"

    @property
    def most(self) -> int:
        """The greatest page that the document allows."""
        return int(self._greatest(self.paging.size) or MOST)

    def at(self, start: int, size: int) -> dict[str, Any]:
        """The parameters for the `size` items from number `start`, from 0, on; `start` is a multiple of `size`."""
        number = start if self.by_items else start // size
        return {self.paging.page: self.paging.first + number, self.paging.size: size}

    def may(self, start: int, size: int) -> bool:
        """Whether the document allows to ask for that page."""
        asked = self.at(start, size)
        greatest = self._greatest(self.paging.page)
        sums = (rule for rule in self.operation.extension.rules if rule.rule == "sum-at-most")
        return (greatest is None or asked[self.paging.page] <= greatest) and all(
            sum(asked.get(name, 0) for name in rule.parameters) <= rule.limit for rule in sums
        )

    def reachable(self, total: int) -> int:
        """How many of so many items can be had."""
        return min(total, self.paging.deepest) if self.paging.deepest else total

    def _greatest(self, name: str) -> int | None:
        found = [field.schema.get("maximum") for field in self.operation.fields if field.name == name]
        return found[0] if found else None


def pages(subject: Subject) -> Pages:
    """The pages of a search that has any."""
    return Pages(subject.operation, subject.operation.extension.promises.paging or Paging(), subject.variants)


def has_pages(subject: Subject) -> bool:
    """Whether the search is cut into pages."""
    paging = subject.operation.extension.promises.paging
    return bool(paging and paging.page)


def first(subject: Subject, *changes: Changes, size: int = SHOWN) -> Found:
    """The first page, or the only one. Raises Untold, CouldNotCheck, OutOfTime."""
    return find(subject, *changes, pages(subject).at(0, size) if has_pages(subject) else {})
