"""Two situations that change every item of a page: all that may be null is null, all that may be extreme is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from lookalike_specs.api import Document

LONG_TEXT: Final = "超长标题" * 64
MAX_INT32: Final = 2**31 - 1
MAX_INT64: Final = 2**63 - 1


def apply_item_situation(items: bytes, situation: str, response_schema: Document) -> bytes:
    """Return the items of a page, a JSON array, changed as their schema in the response's allows."""
    parsed: list[dict[str, Any]] = msgspec.json.decode(items)
    if not parsed:
        return items
    change = ITEM_SITUATIONS[situation]
    schema = _find_item_schema(response_schema, parsed[0].keys())
    return msgspec.json.encode([change(item, schema) for item in parsed])


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


def _set_nulls(value: Any, schema: Document) -> Any:
    if schema.get("nullable") is True or "null" in (schema.get("type") or ()):
        return None
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {key: _set_nulls(inner, properties.get(key, {})) for key, inner in value.items()}
    return value


def _set_extremes(value: Any, schema: Document) -> Any:
    """Return `x-extreme`, or the end of the value's type; what has a form of its own (an address) keeps it."""
    if "x-extreme" in schema:
        return schema["x-extreme"]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {key: _set_extremes(inner, properties.get(key, {})) for key, inner in value.items()}
    if "enum" in schema or "pattern" in schema:
        return value
    # a `format` of a number is its width, one of a text is a form
    if isinstance(value, str) and "format" in schema:
        return value
    return _choose_extreme(value, schema)


def _choose_extreme(value: Any, schema: Document) -> Any:
    """Return the emptiest list, the greatest number, the longest text."""
    if isinstance(value, list):
        return []
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        limit = MAX_INT32
        if schema.get("format") == "int64":
            limit = MAX_INT64
        return min(limit, schema.get("maximum", limit))
    if isinstance(value, str) and _is_prose(value):
        return LONG_TEXT[: schema.get("maxLength", len(LONG_TEXT))]
    return value


def _is_prose(text: str) -> bool:
    """Return whether a text is words, and no number such as `0,799` or `50+`, address or percentage."""
    return any(map(str.isalpha, text)) and "/" not in text and "%" not in text


# situation -> what it makes of a value, as the value's schema allows
ITEM_SITUATIONS: Final[Mapping[str, Callable[[Any, Document], Any]]] = {
    "nulls": _set_nulls,
    "extremes": _set_extremes,
}
