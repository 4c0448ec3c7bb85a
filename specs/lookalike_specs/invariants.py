"""What holds for every good response of an operation beyond its schema, as the judge can check it.

Pointers are JSON pointers. The names of the fields are the grammar's keys, which specs/README.md shows by examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from .provenance import Extension

# a value, or a table `{variant: NAME, <its value>: <the value then>, …}` where a variant decides
Choice = str | dict[str, str]
Relation = Literal["=", "!=", "<", "<=", ">", ">="]
Script = Literal["ARABIC", "CJK", "CYRILLIC", "HANGUL", "HIRAGANA", "KATAKANA", "LATIN", "THAI"]


def resolve_choice(choice: Choice, variants: Mapping[str, str]) -> str:
    """Return what a choice comes to under these variants."""
    if isinstance(choice, str):
        return choice
    return choice[variants[choice["variant"]]]


class ItemCondition(Extension, frozen=True, kw_only=True):
    """What every item that a filter leaves has at `pointer`.

    `distinct`: no two items have the same there. `operator`: how it compares to the value that the filter was filled
    with, so that `Price>{}` with the operator `>` leaves only items that cost more.
    """

    pointer: str
    equals: Any = None
    contains: str = ""
    at_least: float | None = None
    at_most: float | None = None
    distinct: bool = False
    operator: Relation | None = None


class Filter(Extension, frozen=True, kw_only=True):
    """A parameter's value that leaves only some items; where they show it, `condition` says how.

    A `{}` in the value is filled with what stands at the condition's pointer in some item. `narrows`: what is left was
    there without the filter too. `no_op` is a value that filters nothing, `disjoint_from` one that leaves none of the
    same items. `with_parameters` are sent together with it.
    """

    parameter: str
    value: Any
    condition: ItemCondition | None = None
    narrows: bool = True
    no_op: Any = None
    disjoint_from: Any = None
    with_parameters: dict[str, Any] = msgspec.field(default_factory=dict, name="with")


class Order(Extension, frozen=True, kw_only=True):
    """A parameter's value that sorts items by what stands at `field` in them; no parameter: the default order."""

    parameter: str = ""
    value: Any = None
    field: str
    direction: Literal["ascending", "descending"]


class Range(Extension, frozen=True, kw_only=True):
    """What bounds, both included, the number at `field` in every item; numbers are multiples of `step`.

    `low` and `high` are two parameters; or, where one `parameter` takes both bounds, what it says of each, with `{}`
    for the number, and joined by `separator`: `Price>={}`, ` AND `, `Price<={}`.
    """

    low: str
    high: str
    field: str
    step: str = "1"
    parameter: str = ""
    separator: str = ""


class Paging(Extension, frozen=True, kw_only=True):
    """How the items come in pages.

    `page` counts pages from `first` on, or items (`counts: items`). Pointers into the response: `total`, how many items
    there are; `pages`, how many pages, rounded as `rounding` says; `item_count`, how many items this response has;
    `echo` names the parameter whose value stands there again. No item comes after number `max_offset`. `max_items`: how
    many items a response has at most, whatever is asked for.
    """

    page: str = ""
    size: str = ""
    first: int = 1
    counts: Choice = "pages"
    total: Choice = ""
    pages: str = ""
    rounding: Choice = "ceil"
    item_count: Choice = ""
    echo: dict[str, str] = {}
    max_offset: int = 0
    max_items: Choice = ""


class Languages(Extension, frozen=True, kw_only=True):
    """The parameter that names a language, and the pointers of an item's texts that are in it.

    `scripts`: the parameter's value -> the Unicode scripts that its letters are of. `original` are texts of an item
    that are the same in every language.
    """

    parameter: str
    texts: list[str]
    scripts: dict[str, list[Script]]
    original: list[str] = []


class ImageRegions(Extension, frozen=True, kw_only=True):
    """The parameter that names a part of the image, examples of it, and where the response says it again.

    `boxes` are left, top, right, bottom; `order` is how a region's text has them. `all_regions` are the parts that the
    server sees, `;` between them. `crop` is the parameter that is false where the whole image is searched for.
    """

    parameter: str
    boxes: list[tuple[int, int, int, int]]
    order: Choice
    echo: str
    all_regions: str = ""
    crop: str = ""


class OperationDependency(Extension, frozen=True, kw_only=True):
    """Values of a good request that another operation's response has: parameter -> pointer into that response."""

    operation: str
    values: dict[str, str]


class CleanupOperation(Extension, frozen=True, kw_only=True):
    """The operation that deletes what a good request stored, and the parameters, of both, that say what that is."""

    operation: str
    parameters: list[str]


class Invariants(Extension, frozen=True, kw_only=True):
    """What holds for an operation's good responses. `items`, `success` and `volatile` point into the response.

    `success` is what a good response says of itself. `id` are the places that together tell an item from the others.
    `volatile` are places, `*` for every position, that differ from one call to the next. `urls` are addresses in an
    item. `images` are other images to search by: parameters and their values, null where one is left out. `depends_on`
    is where values come from that no example can know, `cleanup` how what was stored is deleted. `uploaded_image` points
    to what the API calls an image that it was given, such as an id.
    """

    success: dict[str, Any] = {}
    items: str = ""
    id: list[str] = []
    volatile: list[str] = []
    paging: Paging | None = None
    orders: list[Order] = []
    ranges: list[Range] = []
    filters: list[Filter] = []
    languages: Languages | None = None
    regions: ImageRegions | None = None
    urls: list[str] = []
    images: list[dict[str, Any]] = []
    depends_on: OperationDependency | None = None
    cleanup: CleanupOperation | None = None
    uploaded_image: str = ""
