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
# schemas of objects with their templates; all APIs of ours have some 300
MAX_REMEMBERED: Final = 4096
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


class Member(NamedTuple):
    """A member of an object by its name, as a step of a pointer, as a rule, and its schema."""

    name: str
    token: str
    field: FieldRule
    schema: Schema


class FieldValue(NamedTuple):
    """A field in a body: where it stands, or would stand, and its value; MISSING where it is absent."""

    pointer: str
    field: FieldRule
    value: Any


_MEMBERS: Final[dict[tuple[int, str], tuple[Schema, list[Member]]]] = {}


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


def list_odd_fields(schema: Schema, body: Any) -> list[FieldValue]:
    """Return those fields of a body that are null, and those that are absent, each template once.

    It is for bodies that are as the schema wants them, and many of them: what is null there may be null, by whatever
    schema. So only the first item of a kind counts, and what is an ordinary value is passed over.
    """
    values: dict[tuple[str, bool], FieldValue] = {}
    for value in _iter_values(schema, body, "", "", 0):
        is_null = value.value is None
        if (is_null and value.field.is_nullable) or (value.value is MISSING and value.field.is_optional):
            values.setdefault((value.field.template, is_null), value)
    return list(values.values())


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
        for name, token, field, member in _list_members(schema, template):
            inner = value.get(name, MISSING)
            yield FieldValue(pointer + token, field, inner)
            if isinstance(inner, (dict, list)):
                yield from _iter_values(member, inner, pointer + token, field.template, depth + 1)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for position, inner in enumerate(value):
            yield from _iter_values(schema["items"], inner, f"{pointer}/{position}", f"{template}/*", depth + 1)
    for branch in _list_fitting_branches(schema, value):
        yield from _iter_values(branch, value, pointer, template, depth + 1)


def _list_members(schema: Schema, template: str) -> list[Member]:
    """Return the members that a schema names; remembered, as each of a page's items has the same ones.

    A schema is known by its identity, as it is a dict. So the table holds it as well: another one would get its number.
    """
    key = (id(schema), template)
    remembered = _MEMBERS.get(key)
    if remembered is not None:
        return remembered[1]
    required = schema.get("required", ())
    members = []
    for name, member in schema.get("properties", {}).items():
        token = f"/{escape_pointer_token(name)}"
        members.append(
            Member(name, token, FieldRule(template + token, is_nullable(member), name not in required), member)
        )
    if len(_MEMBERS) >= MAX_REMEMBERED:
        _MEMBERS.clear()
    _MEMBERS[key] = (schema, members)
    return members


def _list_fitting_branches(schema: Schema, value: Any) -> list[Schema]:
    branches = list(schema.get("allOf", ()))
    for keyword in BRANCH_KEYWORDS:
        fitting = [branch for branch in schema.get(keyword, ()) if fits_schema(branch, value, BRANCH_DEPTH)]
        # the first: a good answer and an error of the same vendor are told apart by their first members
        branches += fitting[:1]
    return branches


def fits_schema(schema: Schema, value: Any, depth: int) -> bool:
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
    return all(fits_schema(properties[name], inner, depth - 1) for name, inner in value.items() if name in properties)


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
