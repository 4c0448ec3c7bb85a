"""The fields that an answer can have, by its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lookalike_specs import load_api
from lookalike_specs.pointers import join_pointer
from lookalike_specs.registry import cache_per_api


class ResponseField(NamedTuple):
    """A field: the steps to the object that holds it, where `*` is every position of a list, and its name.

    `optional`: it may be absent; `nullable`: it may be null.
    """

    parent: tuple[str, ...]
    name: str
    pointer: str
    is_optional: bool
    is_nullable: bool


@cache_per_api
def list_response_fields(api: str, operation: str) -> tuple[ResponseField, ...]:
    """Every field of an operation's good answer."""
    return collect_fields(next(each.response_schema for each in load_api(api).operations if each.id == operation))


def collect_fields(schema: Mapping[str, Any]) -> tuple[ResponseField, ...]:
    """Every field that a schema names, once."""
    found: dict[str, ResponseField] = {}
    for each in _walk_schema(schema, ()):
        other = found.get(each.pointer, each)
        # what all of several schemas allow
        found[each.pointer] = each._replace(
            is_optional=each.is_optional and other.is_optional, is_nullable=each.is_nullable and other.is_nullable
        )
    return tuple(found.values())


@cache_per_api
def group_fields_by_parent(api: str, operation: str) -> dict[tuple[str, ...], tuple[ResponseField, ...]]:
    """The same fields, by the object that holds them."""
    fields = list_response_fields(api, operation)
    return {holder: tuple(each for each in fields if each.parent == holder) for holder, *_ in fields}


def iter_values(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    """Whatever stands there."""
    if not steps:
        yield value
    elif steps[0] == "*":
        for item in value if isinstance(value, list) else ():
            yield from iter_values(item, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from iter_values(value[steps[0]], steps[1:])


def _walk_schema(schema: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[ResponseField]:
    for name, inner in schema.get("properties", {}).items():
        optional = name not in schema.get("required", ())
        yield ResponseField(above, name, join_pointer(*above, name), optional, _is_nullable(inner))
        yield from _walk_schema(inner, (*above, name))
    if isinstance(items := schema.get("items"), Mapping):
        yield from _walk_schema(items, (*above, "*"))
    for key in ("allOf", "oneOf", "anyOf"):
        for alternative in schema.get(key, ()):
            yield from _walk_schema(alternative, above)


def _is_nullable(schema: Mapping[str, Any]) -> bool:
    """By OpenAPI 3.0's word, by 3.1's, or by an alternative."""
    if schema.get("nullable") or "null" in _list_types(schema):
        return True
    return any(_is_nullable(alternative) for key in ("oneOf", "anyOf") for alternative in schema.get(key, ()))


def _list_types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)
