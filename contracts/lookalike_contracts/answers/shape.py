"""The fields that an answer can have, by its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from lookalike_specs import load
from lookalike_specs.document import escaped


class Shape(NamedTuple):
    """A field: the steps to the object that holds it, where `*` is every position of a list, and its name.

    `optional`: it may be absent; `nullable`: it may be null.
    """

    holder: tuple[str, ...]
    name: str
    pointer: str
    optional: bool
    nullable: bool


@cache
def shape(api: str, operation: str) -> tuple[Shape, ...]:
    """Every field of an operation's good answer."""
    return fields(next(each.answer for each in load(api).operations if each.id == operation))


def fields(schema: Mapping[str, Any]) -> tuple[Shape, ...]:
    """Every field that a schema names, once."""
    found: dict[str, Shape] = {}
    for each in _fields(schema, ()):
        other = found.get(each.pointer, each)
        # what all of several schemas allow
        found[each.pointer] = each._replace(
            optional=each.optional and other.optional, nullable=each.nullable and other.nullable
        )
    return tuple(found.values())


@cache
def holders(api: str, operation: str) -> dict[tuple[str, ...], tuple[Shape, ...]]:
    """The same fields, by the object that holds them."""
    fields = shape(api, operation)
    return {holder: tuple(each for each in fields if each.holder == holder) for holder, *_ in fields}


def places(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    """Whatever stands there."""
    if not steps:
        yield value
    elif steps[0] == "*":
        for item in value if isinstance(value, list) else ():
            yield from places(item, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from places(value[steps[0]], steps[1:])


def _pointer(*steps: str) -> str:
    return "".join(f"/{escaped(step)}" for step in steps)


def _fields(schema: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Shape]:
    for name, inner in schema.get("properties", {}).items():
        optional = name not in schema.get("required", ())
        yield Shape(above, name, _pointer(*above, name), optional, _nullable(inner))
        yield from _fields(inner, (*above, name))
    if isinstance(items := schema.get("items"), Mapping):
        yield from _fields(items, (*above, "*"))
    for key in ("allOf", "oneOf", "anyOf"):
        for alternative in schema.get(key, ()):
            yield from _fields(alternative, above)


def _nullable(schema: Mapping[str, Any]) -> bool:
    """By OpenAPI 3.0's word, by 3.1's, or by an alternative."""
    if schema.get("nullable") or "null" in _types(schema):
        return True
    return any(_nullable(alternative) for key in ("oneOf", "anyOf") for alternative in schema.get(key, ()))


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)
