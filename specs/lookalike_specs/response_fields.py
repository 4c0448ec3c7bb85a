"""The fields of a response: which of them its schema lets be null or absent, in the schema alone and in a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from .pointers import MISSING, escape_pointer_token

Schema = Mapping[str, Any]
# a document may refer to itself, as a tree of categories does
MAX_DEPTH: Final = 20
# how deep a branch of `anyOf` is compared with a body: its type, its members, and their members
BRANCH_DEPTH: Final = 3
BRANCH_KEYWORDS: Final = ("anyOf", "oneOf")
JSON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
}


class FieldRule(NamedTuple):
    """A member of an object, as its schema has it: a pointer with `*` for each position of a list."""

    template: str
    is_nullable: bool
    is_optional: bool


class FieldValue(NamedTuple):
    """A field in a body: where it stands, or would stand, and its value; MISSING where it is absent."""

    pointer: str
    field: FieldRule
    value: Any


def list_field_rules(schema: Schema) -> list[FieldRule]:
    """Return the fields that bodies of a schema can have, each once; of two branches with a field, what either allows."""
    fields: dict[str, FieldRule] = {}
    for field in _iter_schema_fields(schema, "", 0):
        existing = fields.get(field.template, field)
        fields[field.template] = FieldRule(
            field.template,
            existing.is_nullable or field.is_nullable,
            existing.is_optional or field.is_optional,
        )
    return list(fields.values())


def _iter_schema_fields(schema: Schema, template: str, depth: int) -> Iterator[FieldRule]:
    if depth > MAX_DEPTH:
        return
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        below = f"{template}/{escape_pointer_token(name)}"
        yield FieldRule(below, is_nullable(member), name not in required)
        yield from _iter_schema_fields(member, below, depth + 1)
    if isinstance(schema.get("items"), Mapping):
        yield from _iter_schema_fields(schema["items"], f"{template}/*", depth + 1)
    for keyword in (*BRANCH_KEYWORDS, "allOf"):
        for branch in schema.get(keyword, ()):
            yield from _iter_schema_fields(branch, template, depth + 1)


def list_field_values(schema: Schema, body: Any) -> list[FieldValue]:
    """Return the fields of a body, the absent ones among them, by the branches of its schema that it fits.

    Where several schemas speak of a field, it may be null, or absent, if each of them lets it.
    """
    values: dict[str, FieldValue] = {}
    for value in _iter_values(schema, body, "", "", 0):
        earlier = values.get(value.pointer, value)
        field = FieldRule(
            value.field.template,
            value.field.is_nullable and earlier.field.is_nullable,
            value.field.is_optional and earlier.field.is_optional,
        )
        values[value.pointer] = value._replace(field=field)
    return list(values.values())


def _iter_values(schema: Schema, value: Any, pointer: str, template: str, depth: int) -> Iterator[FieldValue]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        required = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            token = f"/{escape_pointer_token(name)}"
            inner = value.get(name, MISSING)
            field = FieldRule(template + token, is_nullable(member), name not in required)
            yield FieldValue(pointer + token, field, inner)
            if isinstance(inner, (dict, list)):
                yield from _iter_values(member, inner, pointer + token, template + token, depth + 1)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for position, inner in enumerate(value):
            yield from _iter_values(schema["items"], inner, f"{pointer}/{position}", f"{template}/*", depth + 1)
    for branch in _list_fitting_branches(schema, value):
        yield from _iter_values(branch, value, pointer, template, depth + 1)


def _list_fitting_branches(schema: Schema, value: Any) -> list[Schema]:
    branches = list(schema.get("allOf", ()))
    for keyword in BRANCH_KEYWORDS:
        fitting = [branch for branch in schema.get(keyword, ()) if _fits(branch, value, BRANCH_DEPTH)]
        # the first: a good answer and an error of the same vendor are told apart by their first members
        branches += fitting[:1]
    return branches


def _fits(schema: Schema, value: Any, depth: int) -> bool:
    """Return whether a value can be meant by a schema, as far as its types and its required and constant members tell."""
    if value is None:
        return is_nullable(schema)
    names = schema.get("type", ())
    if isinstance(names, str):
        names = (names,)
    if names and not any(isinstance(value, JSON_TYPES.get(name, ())) for name in names):
        return False
    if value not in schema.get("enum", [schema.get("const", value)]):
        return False
    if not isinstance(value, dict) or not depth:
        return True
    if not set(schema.get("required", ())) <= value.keys():
        return False
    properties = schema.get("properties", {})
    return all(_fits(properties[name], inner, depth - 1) for name, inner in value.items() if name in properties)


def is_nullable(schema: Schema) -> bool:
    """Return whether a value of the schema may be null, by either version of OpenAPI."""
    if schema.get("nullable") is True:
        return True
    names = schema.get("type", ())
    if names == "null" or (not isinstance(names, str) and "null" in names):
        return True
    if None in schema.get("enum", ()):
        return True
    return any(is_nullable(branch) for keyword in BRANCH_KEYWORDS for branch in schema.get(keyword, ()))
