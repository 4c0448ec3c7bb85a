"""Situations that change every item of a page: what may be null is null, what may be extreme is, ids are beyond 2**53."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs import Operation
from lookalike_specs.api import Document

LONG_TEXT: Final = "超长标题" * 64
# What a title of a real marketplace can be and a client may not expect: each item of a page has the next one. Texts that
# run from right to left, characters of several code points, what a page would take for markup and a program for a
# placeholder, nothing but blanks, letters with marks of their own, a blank that is none.
EXTREME_TEXTS: Final = (
    LONG_TEXT,
    "حقيبة سفر كبيرة 40L - תיק נסיעות גדול",
    "👜👟⌚️ 👩🏽‍🎨 1️⃣ ❤️‍🔥",
    """<b>Bag & "Shoes"</b><script>alert('title')</script> &lt; %s {0} \\n""",
    " " * 64,
    "Cafe\u0301 bag\u200b\u00a0Ａ４　size",
)
MAX_INT32: Final = 2**31 - 1
# beyond it a number of JavaScript, and of most JSON parsers there, is not exact
MAX_SAFE_INTEGER: Final = 2**53 - 1
MAX_INT64: Final = 2**63 - 1


class ItemContext(NamedTuple):
    """The place of an item on its page, from 0, and the names of what tells it from others."""

    position: int
    id_names: frozenset[str]


def apply_item_situation(items: bytes, situation: str, operation: Operation) -> bytes:
    """Return the items of a page, a JSON array, changed as their schema in the operation's good response allows."""
    parsed: list[dict[str, Any]] = msgspec.json.decode(items)
    if not parsed:
        return items
    change = ITEM_SITUATIONS[situation]
    schema = _find_item_schema(operation.response_schema, parsed[0].keys())
    id_names = frozenset(pointer.removeprefix("/") for pointer in operation.extension.invariants.id)
    changed = [change(item, schema, ItemContext(position, id_names)) for position, item in enumerate(parsed)]
    return msgspec.json.encode(changed)


def _find_item_schema(schema: Document, keys: Collection[str]) -> Document:
    """Return the schema of the first array of objects in a response that items with these keys can belong to."""
    # breadth first; the list grows while it is read
    nodes: list[Document] = [schema]
    for node in nodes:
        inner: Document = node.get("items", {})
        # HioBuy has two arrays of items, in its own words and in 1688's: those that are required tell them apart
        if node.get("type") == "array" and "properties" in inner and set(inner.get("required", ())) <= set(keys):
            return inner
        nodes += [child for child in node.get("properties", {}).values() if isinstance(child, dict)]
        nodes += [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
    return {}


def _set_nulls(item: dict[str, Any], schema: Document, _: ItemContext) -> dict[str, Any]:
    return _change_members(item, schema, _make_null)


def _make_null(_: str, value: Any, schema: Document) -> Any:
    if schema.get("nullable") is True or "null" in (schema.get("type") or ()):
        return None
    return value


def _set_extremes(item: dict[str, Any], schema: Document, context: ItemContext) -> dict[str, Any]:
    def choose(name: str, value: Any, value_schema: Document) -> Any:
        # two items of one page never have the same id, whatever else they have
        if name in context.id_names and isinstance(value, str):
            return value
        return _choose_extreme(value, value_schema, EXTREME_TEXTS[context.position % len(EXTREME_TEXTS)])

    return _change_members(item, schema, choose)


def _set_wide_ids(item: dict[str, Any], schema: Document, _: ItemContext) -> dict[str, Any]:
    return _change_members(item, schema, _widen_id)


def _widen_id(_: str, value: Any, schema: Document) -> Any:
    """Return a 64-bit number as one beyond 2**53; others stay as they are."""
    if isinstance(value, int) and schema.get("format") == "int64":
        return _complement(value, MAX_INT64, schema)
    return value


def _change_members(
    item: dict[str, Any], schema: Document, change: Callable[[str, Any, Document], Any]
) -> dict[str, Any]:
    """Return an object with each of its members changed by its name, value and schema, and those of inner objects."""
    properties = schema.get("properties", {})
    changed = {}
    for name, value in item.items():
        member_schema = properties.get(name, {})
        result = change(name, value, member_schema)
        if isinstance(result, dict):
            result = _change_members(result, member_schema, change)
        changed[name] = result
    return changed


def _choose_extreme(value: Any, schema: Document, text: str) -> Any:
    """Return `x-extreme`, or the end of the value's type: the emptiest list, the greatest number, an odd text.

    What has a form of its own, such as an address, keeps it.
    """
    if "x-extreme" in schema:
        return schema["x-extreme"]
    if "enum" in schema or "pattern" in schema or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return []
    if isinstance(value, int):
        return _choose_extreme_integer(value, schema)
    # a `format` of a number is its width, one of a text is a form
    if isinstance(value, str) and "format" not in schema and _is_prose(value):
        return text[: schema.get("maxLength", len(text))]
    return value


def _choose_extreme_integer(value: int, schema: Document) -> int:
    if schema.get("format") == "int64":
        return _complement(value, MAX_SAFE_INTEGER, schema)
    maximum: int = schema.get("maximum", MAX_INT32)
    return min(MAX_INT32, maximum)


def _complement(value: int, limit: int, schema: Document) -> int:
    """Return a number near a limit, another one for each value: so that ids that differ go on to differ."""
    maximum: int = schema.get("maximum", limit)
    return min(limit, maximum) - value


def _is_prose(text: str) -> bool:
    """Return whether a text is words, and no number such as `0,799` or `50+`, address or percentage."""
    return any(map(str.isalpha, text)) and "/" not in text and "%" not in text


# situation -> what it makes of an item, as the item's schema allows
ITEM_SITUATIONS: Final[Mapping[str, Callable[[dict[str, Any], Document, ItemContext], dict[str, Any]]]] = {
    "nulls": _set_nulls,
    "extremes": _set_extremes,
    "extremes-ids": _set_wide_ids,
}
