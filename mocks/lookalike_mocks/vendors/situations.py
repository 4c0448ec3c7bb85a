"""Items as a situation wants them: every nullable field null, or every value at its end, as the schema says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from lookalike_specs.api import Document

from ..call import Call

LONG = "超长标题" * 64
GREAT, GREAT_LONG = 2**31 - 1, 2**63 - 1


def situated(items: bytes, call: Call) -> bytes:
    """The items of a page in the situation that was asked for."""
    change = {"nulls": _nulls, "extremes": _extremes}.get(call.situation)
    if change is None:
        return items
    listed: list[dict[str, Any]] = msgspec.json.decode(items)
    schema = _items_schema(call.endpoint.operation.answer, listed[0].keys() if listed else ())
    return msgspec.json.encode([change(item, schema) for item in listed])


def _items_schema(schema: Document, keys: Collection[str]) -> Document:
    """The schema of the first array of objects in an answer that these items, with these keys, can belong to."""
    found: list[Document] = [schema]
    for node in found:
        inner: Document = node.get("items", {})
        if node.get("type") == "array" and "properties" in inner and set(inner.get("required", ())) <= set(keys):
            return inner
        found += [child for child in node.get("properties", {}).values() if isinstance(child, dict)]
        found += [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
    return {}


def _nulls(value: Any, schema: Document) -> Any:
    if _nullable(schema):
        return None
    if isinstance(value, dict):
        return {key: _nulls(inner, schema.get("properties", {}).get(key, {})) for key, inner in value.items()}
    return value


def _nullable(schema: Document) -> bool:
    return schema.get("nullable") is True or "null" in (schema.get("type") or ())


def _extremes(value: Any, schema: Document) -> Any:
    """`x-extreme`, or the end of its type; what has a form of its own (an address) keeps it."""
    if "x-extreme" in schema:
        return schema["x-extreme"]
    if isinstance(value, dict):
        return {key: _extremes(inner, schema.get("properties", {}).get(key, {})) for key, inner in value.items()}
    is_formed = "enum" in schema or "pattern" in schema or ("format" in schema and isinstance(value, str))
    return value if is_formed else _end(value, schema)


def _end(value: Any, schema: Document) -> Any:
    """The emptiest list, the greatest number, the longest text; text without a letter is a number, "0,799" or "50+"."""
    if isinstance(value, list):
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        great = GREAT_LONG if schema.get("format") == "int64" else GREAT
        return min(great, schema.get("maximum", great))
    if isinstance(value, str) and any(map(str.isalpha, value)) and "/" not in value and "%" not in value:
        return LONG[: schema.get("maxLength", len(LONG))]
    return value
