"""The fields that an answer can have, by its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lookalike_specs import load_api
from lookalike_specs.pointers import join_pointer
from lookalike_specs.registry import cache_per_api


class ResponseField(NamedTuple):
    """A field: the names that lead to the object that holds it, where `*` is every position of a list, and its own.

    An optional field may be absent, a nullable one may be null.
    """

    parent: tuple[str, ...]
    name: str
    pointer: str
    is_optional: bool
    is_nullable: bool


@cache_per_api
def list_response_fields(api: str, operation: str) -> tuple[ResponseField, ...]:
    """Return every field of an operation's good answer."""
    schema = next(candidate.response_schema for candidate in load_api(api).operations if candidate.id == operation)
    return collect_fields(schema)


def collect_fields(schema: Mapping[str, Any]) -> tuple[ResponseField, ...]:
    """Return every field that a schema names, once."""
    fields: dict[str, ResponseField] = {}
    for field in _walk_schema(schema, ()):
        earlier = fields.get(field.pointer, field)
        # `allOf` may name a field twice: it is optional when each of the schemas says so
        fields[field.pointer] = field._replace(
            is_optional=field.is_optional and earlier.is_optional,
            is_nullable=field.is_nullable and earlier.is_nullable,
        )
    return tuple(fields.values())


@cache_per_api
def group_fields_by_parent(api: str, operation: str) -> dict[tuple[str, ...], tuple[ResponseField, ...]]:
    """Return the same fields, by the object that holds them."""
    fields = list_response_fields(api, operation)
    return {parent: tuple(field for field in fields if field.parent == parent) for parent, *_ in fields}


def iter_values(value: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield whatever stands where these names lead: of `("items", "*")` every item."""
    if not names:
        yield value
        return
    first, *rest = names
    if first == "*":
        if isinstance(value, list):
            for item in value:
                yield from iter_values(item, tuple(rest))
    elif isinstance(value, dict) and first in value:
        yield from iter_values(value[first], tuple(rest))


def _walk_schema(schema: Mapping[str, Any], parent: tuple[str, ...]) -> Iterator[ResponseField]:
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        yield ResponseField(parent, name, join_pointer(*parent, name), name not in required, _is_nullable(inner))
        yield from _walk_schema(inner, (*parent, name))
    items = schema.get("items")
    if isinstance(items, Mapping):
        yield from _walk_schema(items, (*parent, "*"))
    for keyword in ("allOf", "oneOf", "anyOf"):
        for alternative in schema.get(keyword, ()):
            yield from _walk_schema(alternative, parent)


def _is_nullable(schema: Mapping[str, Any]) -> bool:
    """Return whether null is allowed: by OpenAPI 3.0's keyword, by 3.1's type, or by an alternative."""
    if schema.get("nullable") or "null" in _list_types(schema):
        return True
    alternatives = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return any(_is_nullable(alternative) for alternative in alternatives)


def _list_types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)
