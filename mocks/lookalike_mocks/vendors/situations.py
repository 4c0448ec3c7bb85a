"""Items as a situation wants them: every nullable field null, or every value at its end, as the schema says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from lookalike_specs.api import Document

from ..call import RequestContext

LONG_TEXT = "超长标题" * 64
MAX_INT32, MAX_INT64 = 2**31 - 1, 2**63 - 1


def apply_to_items(items: bytes, call: RequestContext) -> bytes:
    """The items of a page in the situation that was asked for."""
    change = {"nulls": _set_nulls, "extremes": _set_extremes}.get(call.situation)
    if change is None:
        return items
    listed: list[dict[str, Any]] = msgspec.json.decode(items)
    schema = _find_items_schema(call.endpoint.operation.response_schema, listed[0].keys() if listed else ())
    return msgspec.json.encode([change(item, schema) for item in listed])


def _find_items_schema(schema: Document, keys: Collection[str]) -> Document:
    """The schema of the first array of objects in an answer that these items, with these keys, can belong to."""
    found: list[Document] = [schema]
    for node in found:
        inner: Document = node.get("items", {})
        if node.get("type") == "array" and "properties" in inner and set(inner.get("required", ())) <= set(keys):
            return inner
        found += [child for child in node.get("properties", {}).values() if isinstance(child, dict)]
        found += [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
    return {}


def _set_nulls(value: Any, schema: Document) -> Any:
    if _is_nullable(schema):
        return None
    if isinstance(value, dict):
        return {key: _set_nulls(inner, schema.get("properties", {}).get(key, {})) for key, inner in value.items()}
    return value


def _is_nullable(schema: Document) -> bool:
    return schema.get("nullable") is True or "null" in (schema.get("type") or ())


def _set_extremes(value: Any, schema: Document) -> Any:
    """`x-extreme`, or the end of its type; what has a form of its own (an address) keeps it."""
    if "x-extreme" in schema:
        return schema["x-extreme"]
    if isinstance(value, dict):
        return {key: _set_extremes(inner, schema.get("properties", {}).get(key, {})) for key, inner in value.items()}
    is_formed = "enum" in schema or "pattern" in schema or ("format" in schema and isinstance(value, str))
    return value if is_formed else _choose_extreme(value, schema)


def _choose_extreme(value: Any, schema: Document) -> Any:
    """The emptiest list, the greatest number, the longest text; text without a letter is a number, "0,799" or "50+"."""
    if isinstance(value, list):
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        great = MAX_INT64 if schema.get("format") == "int64" else MAX_INT32
        return min(great, schema.get("maximum", great))
    if isinstance(value, str) and any(map(str.isalpha, value)) and "/" not in value and "%" not in value:
        return LONG_TEXT[: schema.get("maxLength", len(LONG_TEXT))]
    return value
