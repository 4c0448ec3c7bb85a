"""Write and read values as OpenAPI's styles have them: `tags=a&tags=b`, `a,b`, `filter[name]=x`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .api import Field
from .messages import Pairs
from .schema_values import guess_type, merge_schema

SEPARATORS: Final = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
STRUCTURED_TYPES: Final = ("array", "object")


def get_value_type(field: Field) -> str:
    """Return the type of a field's values, the first of several; "string" where its schema tells none."""
    return guess_type(merge_schema({}, dict(field.schema)))


def get_item_type(field: Field, name: str = "") -> str:
    """Return the type of the items of a list, or of that member of an object."""
    schema = merge_schema({}, dict(field.schema))
    inner = schema.get("properties", {}).get(name) if name else schema.get("items")
    return guess_type(merge_schema({}, inner)) if isinstance(inner, dict) else "string"


def is_structured(field: Field) -> bool:
    """Return whether a field that stands in a text is a list or an object."""
    return field.location in ("path", "query", "header", "cookie") and get_value_type(field) in STRUCTURED_TYPES


def format_simple(value: Any) -> str:
    """Return a value as a text: a list's items with commas between them, an object's names and values alike."""
    if isinstance(value, list):
        return ",".join(format_scalar(item) for item in value)
    if isinstance(value, dict):
        return ",".join(f"{name},{format_scalar(item)}" for name, item in value.items())
    return format_scalar(value)


def format_scalar(value: Any) -> str:
    """Return a value as it stands in a query or a header."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def format_text(field: Field, value: Any) -> str:
    """Return the value of a path, a header or a cookie."""
    if field.explode and isinstance(value, dict):
        return ",".join(f"{name}={format_scalar(item)}" for name, item in value.items())
    return format_simple(value)


def format_pairs(field: Field, value: Any) -> Pairs:
    """Return the value of a query's parameter as the pairs that stand there."""
    name = field.name
    if isinstance(value, list) and value:
        if field.explode:
            return tuple((name, format_scalar(item)) for item in value)
        return ((name, SEPARATORS.get(field.style, ",").join(format_scalar(item) for item in value)),)
    if isinstance(value, dict):
        if field.style == "deepObject":
            return tuple((f"{name}[{key}]", format_scalar(item)) for key, item in value.items())
        if field.explode:
            return tuple((key, format_scalar(item)) for key, item in value.items())
        return ((name, format_simple(value)),)
    return ((name, "" if value == [] else format_scalar(value)),)


Coerce = Callable[[str, str], Any]


def parse_structured(field: Field, pairs: Sequence[tuple[str, str]], coerce: Coerce) -> Any:
    """Return the list or object that the pairs of a place hold; None where there is none of it.

    `coerce` makes a value of a text and the name of its type.
    """
    if get_value_type(field) == "array":
        return _parse_list(field, [text for name, text in pairs if name == field.name], coerce)
    members = _collect_members(field, pairs)
    return {name: coerce(text, get_item_type(field, name)) for name, text in members.items()} or None


def _parse_list(field: Field, texts: list[str], coerce: Coerce) -> list[Any] | None:
    if not texts:
        return None
    if not field.explode or field.style == "simple":
        texts = [part for text in texts for part in text.split(SEPARATORS.get(field.style, ","))]
    kind = get_item_type(field)
    return [coerce(text, kind) for text in texts]


def _collect_members(field: Field, pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return the members of an object as texts."""
    start = f"{field.name}["
    if field.style == "deepObject":
        return {name[len(start) : -1]: text for name, text in pairs if name.startswith(start) and name.endswith("]")}
    if field.style == "form" and field.explode:
        known = merge_schema({}, dict(field.schema)).get("properties", {})
        return {name: text for name, text in pairs if name in known}
    parts = [part for name, text in pairs if name == field.name for part in text.split(",")]
    if field.explode:
        return dict(part.split("=", 1) for part in parts if "=" in part)
    return dict(zip(parts[::2], parts[1::2], strict=False))
