"""Write and read values as OpenAPI's styles have them: `tags=a&tags=b`, `a,b`, `filter[name]=x`, `;id=5`, `.5`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .api import Field
from .messages import Pairs
from .schema_values import guess_type, merge_schema

SEPARATORS: Final = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
STRUCTURED_TYPES: Final = ("array", "object")
# Styles of a path's parameter that put a mark in front of every value, scalars too.
PREFIXED_STYLES: Final = ("label", "matrix")


def get_value_type(field: Field) -> str:
    """Return the type of a field's values, the first of several; "string" where its schema tells none."""
    return guess_type(merge_schema({}, dict(field.schema)))


def get_item_type(field: Field, name: str = "") -> str:
    """Return the type of the items of a list, or of that member of an object."""
    schema = merge_schema({}, dict(field.schema))
    if name:
        inner = schema.get("properties", {}).get(name)
    else:
        inner = schema.get("items")
    if not isinstance(inner, dict):
        return "string"
    return guess_type(merge_schema({}, inner))


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
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def format_text(field: Field, value: Any) -> str:
    """Return the value of a path, a header or a cookie, with the style's mark before it: `.5`, `;id=5`."""
    if field.style == "label":
        return _format_label(field, value)
    if field.style == "matrix":
        return _format_matrix(field, value)
    if field.explode and isinstance(value, dict):
        return ",".join(f"{name}={format_scalar(item)}" for name, item in value.items())
    return format_simple(value)


def _format_label(field: Field, value: Any) -> str:
    """Return `.a`, `.a,b` or, exploded, `.a.b`; of an object `.x,1,y,2` or `.x=1.y=2`."""
    # OpenAPI 3.0.0 to 3.0.3 show `.a.b` for both; RFC 6570, which they refer to, and all later versions do not
    if field.explode and isinstance(value, list):
        return "".join(f".{format_scalar(item)}" for item in value)
    if field.explode and isinstance(value, dict):
        return "".join(f".{name}={format_scalar(item)}" for name, item in value.items())
    return f".{format_simple(value)}"


def _format_matrix(field: Field, value: Any) -> str:
    """Return `;n=a`, `;n=a,b` or, exploded, `;n=a;n=b`; of an object `;n=x,1,y,2` or `;x=1;y=2`."""
    if field.explode and isinstance(value, list):
        return "".join(f";{field.name}={format_scalar(item)}" for item in value)
    if field.explode and isinstance(value, dict):
        return "".join(f";{name}={format_scalar(item)}" for name, item in value.items())
    return f";{field.name}={format_simple(value)}"


def read_prefixed_scalar(field: Field, text: str) -> str | None:
    """Return the value behind the mark of the styles `label` and `matrix`; None where the mark is missing."""
    if field.style == "label":
        if not text.startswith("."):
            return None
        return text[1:]
    name, _, value = text.partition("=")
    if name != f";{field.name}":
        return None
    return value


def format_pairs(field: Field, value: Any) -> Pairs:
    """Return the value of a query's parameter as the pairs that stand there."""
    name = field.name
    if isinstance(value, list) and value:
        items = [format_scalar(item) for item in value]
        if field.explode:
            return tuple((name, item) for item in items)
        return ((name, SEPARATORS.get(field.style, ",").join(items)),)
    if isinstance(value, dict):
        if field.style == "deepObject":
            return tuple((f"{name}[{key}]", format_scalar(item)) for key, item in value.items())
        if field.explode:
            return tuple((key, format_scalar(item)) for key, item in value.items())
        return ((name, format_simple(value)),)
    text = ""
    if value != []:
        text = format_scalar(value)
    return ((name, text),)


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
    if field.style in PREFIXED_STYLES:
        kind = get_item_type(field)
        return [coerce(part, kind) for part in _split_prefixed_text(field, texts[0])] or None
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
        properties = merge_schema({}, dict(field.schema)).get("properties", {})
        return {name: text for name, text in pairs if name in properties}
    texts = [text for name, text in pairs if name == field.name]
    if field.style in PREFIXED_STYLES:
        parts = [part for text in texts for part in _split_prefixed_text(field, text)]
    else:
        parts = [part for text in texts for part in text.split(",")]
    if field.explode:
        return dict(part.split("=", 1) for part in parts if "=" in part)
    return dict(zip(parts[::2], parts[1::2], strict=False))


def _split_prefixed_text(field: Field, text: str) -> list[str]:
    """Return the items of a list, or `name=value`, or names and values in turn; nothing where the mark is missing."""
    if field.style == "label":
        return _split_label(field, text)
    return _split_matrix(field, text)


def _split_label(field: Field, text: str) -> list[str]:
    if not text.startswith("."):
        return []
    if field.explode:
        return text[1:].split(".")
    return text[1:].split(",")


def _split_matrix(field: Field, text: str) -> list[str]:
    if not text.startswith(";"):
        return []
    parts = text[1:].split(";")
    # an object that is spread over `;x=1;y=2` does not have its own name there
    if field.explode and get_value_type(field) == "object":
        return parts
    values = []
    for part in parts:
        name, _, value = part.partition("=")
        if name == field.name:
            values.append(value)
    if field.explode:
        return values
    return [item for value in values for item in value.split(",")]
