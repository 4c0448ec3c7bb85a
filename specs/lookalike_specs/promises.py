"""What a search promises beyond its schema: how its answers hang together with what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from .provenance import Extension

# a value, or {variant: NAME, <its value>: <the value then>, …}
Choice = str | dict[str, str]


def choose(choice: Choice, variants: Mapping[str, str]) -> str:
    """What a choice comes to under these variants."""
    return choice if isinstance(choice, str) else choice[variants[choice["variant"]]]


class Truth(Extension, frozen=True, kw_only=True):
    """What is so in every item that a filter leaves; `pointer` is a place in the item."""

    pointer: str
    equals: Any = None
    contains: str = ""
    at_least: float | None = None
    at_most: float | None = None


class Filter(Extension, frozen=True, kw_only=True):
    """A parameter's value that leaves only some items; where they show it, `holds` says how."""

    parameter: str
    value: Any
    holds: Truth | None = None


class Order(Extension, frozen=True, kw_only=True):
    """A parameter's value that puts items in order of what stands at `by` in them."""

    parameter: str
    value: Any
    by: str
    way: Literal["ascending", "descending"]


class Range(Extension, frozen=True, kw_only=True):
    """Two parameters that bound, both included, the number at `by` in every item."""

    low: str
    high: str
    by: str


class Paging(Extension, frozen=True, kw_only=True):
    """How an answer is cut into pages.

    `page` counts pages from `first` on, or items (`counts: items`). Pointers into the answer: `total`, how many items
    there are; `pages`, how many pages, rounded as `rounding` (or the variant that it names) says; `returned`, how many
    items this answer has; `echo` names the parameter that stands there again. No item after number `deepest`.
    """

    page: str = ""
    size: str = ""
    first: int = 1
    counts: Choice = "pages"
    total: Choice = ""
    pages: str = ""
    rounding: Choice = "ceil"
    returned: Choice = ""
    echo: dict[str, str] = {}
    deepest: int = 0


class Languages(Extension, frozen=True, kw_only=True):
    """The parameter that names a language, and the pointers of an item's texts that are in it.

    `scripts`: the parameter's value -> the Unicode script that its letters are of.
    """

    parameter: str
    texts: list[str]
    scripts: dict[str, str]


class Regions(Extension, frozen=True, kw_only=True):
    """The parameter that names a part of the picture, examples of it, and where the answer says it again."""

    parameter: str
    values: list[str]
    echo: str = ""
    crop: str = ""


class Promises(Extension, frozen=True, kw_only=True):
    """What a search promises of its answers; pointers are JSON pointers, `items` into the answer, others into an item.

    `fleeting` are places, `*` for every position, that differ from one call to the next. `success` is what a good
    answer says of itself. `urls` are addresses in an item.
    """

    success: dict[str, Any] = {}
    items: str = ""
    id: str = ""
    fleeting: list[str] = []
    paging: Paging | None = None
    orders: list[Order] = []
    ranges: list[Range] = []
    filters: list[Filter] = []
    languages: Languages | None = None
    regions: Regions | None = None
    urls: list[str] = []
