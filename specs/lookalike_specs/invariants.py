"""What a search promises beyond its schema: how its answers hang together with what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from .provenance import Extension

# a value, or {variant: NAME, <its value>: <the value then>, …}
Choice = str | dict[str, str]
Relation = Literal["=", "!=", "<", "<=", ">", ">="]
Script = Literal["ARABIC", "CJK", "CYRILLIC", "HANGUL", "HIRAGANA", "KATAKANA", "LATIN", "THAI"]


def resolve_choice(choice: Choice, variants: Mapping[str, str]) -> str:
    """What a choice comes to under these variants."""
    return choice if isinstance(choice, str) else choice[variants[choice["variant"]]]


class ItemCondition(Extension, frozen=True, kw_only=True):
    """What is so in every item that a filter leaves; `pointer` is a place in the item.

    `distinct`: no two items have the same there. `stands`: how it stands to the value that the filter was filled with.
    """

    pointer: str
    equals: Any = None
    contains: str = ""
    at_least: float | None = None
    at_most: float | None = None
    distinct: bool = False
    operator: Relation | None = None


class Filter(Extension, frozen=True, kw_only=True):
    """A parameter's value that leaves only some items; where they show it, `holds` says how.

    A `{}` in the value is filled with what stands at the truth's pointer in some item. `narrows`: what is left was
    there without the filter too. `idle` is a value that filters nothing, `apart` one that leaves none of the same
    items. `given` are parameters that it goes together with.
    """

    parameter: str
    value: Any
    condition: ItemCondition | None = None
    narrows: bool = True
    no_op: Any = None
    disjoint_from: Any = None
    with_parameters: dict[str, Any] = msgspec.field(default_factory=dict, name="with")


class Order(Extension, frozen=True, kw_only=True):
    """A parameter's value that puts items in order of what stands at `by` in them; no parameter: the plain order."""

    parameter: str = ""
    value: Any = None
    field: str
    direction: Literal["ascending", "descending"]


class Range(Extension, frozen=True, kw_only=True):
    """What bounds, both included, the number at `by` in every item; numbers are multiples of `step`.

    `low` and `high` are two parameters; or, where one `parameter` takes both bounds, what it says of each, with `{}`
    for the number, and joined by `joint`.
    """

    low: str
    high: str
    field: str
    step: str = "1"
    parameter: str = ""
    separator: str = ""


class Paging(Extension, frozen=True, kw_only=True):
    """How an answer is cut into pages.

    `page` counts pages from `first` on, or items (`counts: items`). Pointers into the answer: `total`, how many items
    there are; `pages`, how many pages, rounded as `rounding` (or the variant that it names) says; `returned`, how many
    items this answer has; `echo` names the parameter that stands there again. No item after number `deepest`. `most`:
    how many items an answer has at most, whatever is asked.
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
    """The parameter that names a part of the picture, examples of it, and where the answer says it again.

    `boxes` are left, top, right, bottom; `order` is how a region's text has them. `all` are the parts that the server
    sees, `;` between them. `crop` is the parameter that is false where the whole picture is searched for.
    """

    parameter: str
    boxes: list[tuple[int, int, int, int]]
    order: Choice
    echo: str
    all_regions: str = ""
    crop: str = ""


class OperationDependency(Extension, frozen=True, kw_only=True):
    """Values of a good request that another operation's good answer gives: parameter -> pointer into that answer."""

    operation: str
    values: dict[str, str]


class CleanupOperation(Extension, frozen=True, kw_only=True):
    """The operation that takes away what a good request stored, and the parameters that tell both what it is."""

    operation: str
    parameters: list[str]


class Invariants(Extension, frozen=True, kw_only=True):
    """What a search promises of its answers; pointers are JSON pointers, `items` into the answer, others into an item.

    `id` are the places that together tell an item from the others. `fleeting` are places, `*` for every position, that
    differ from one call to the next. `success` is what a good answer says of itself. `urls` are addresses in an item.
    `pictures` are other pictures to search by: parameters and their values, null where one is left out. `after` is
    where values come from that no example can know, `undo` how what was stored is taken away.
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
