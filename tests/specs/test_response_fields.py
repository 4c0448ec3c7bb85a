"""The fields of a response: which may be null or absent, and which are."""

from __future__ import annotations

from typing import Any

from lookalike_specs.pointers import MISSING
from lookalike_specs.response_fields import list_field_rules, list_field_values

ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id", "price"],
    "properties": {
        "id": {"type": "string"},
        "price": {"type": ["number", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "a/b": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}
GOOD: dict[str, Any] = {
    "type": "object",
    "required": ["code", "items"],
    "properties": {"code": {"const": 200}, "items": {"type": "array", "items": ITEM}},
}
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "integer"}, "items": {"type": "null"}, "hint": {"type": "string"}},
}
SCHEMA: dict[str, Any] = {"anyOf": [GOOD, ERROR]}


def test_a_schema_says_which_fields_may_be_null_and_which_absent() -> None:
    fields = list_field_rules(SCHEMA)
    assert [field.template for field in fields if field.is_nullable] == ["/items", "/items/*/price", "/items/*/a~1b"]
    assert [field.template for field in fields if field.is_optional] == [
        "/items", "/items/*/tags", "/items/*/a~1b", "/hint",
    ]  # fmt: skip


def test_a_body_is_read_by_the_branch_that_it_fits() -> None:
    body = {"code": 200, "items": [{"id": "1", "price": None}, {"id": "2", "price": 1, "tags": []}]}
    values = list_field_values(SCHEMA, body)
    assert [value.pointer for value in values if value.value is None] == ["/items/0/price"]
    absent = [value.pointer for value in values if value.value is MISSING]
    assert absent == ["/items/0/tags", "/items/0/a~1b", "/items/1/a~1b"]
    assert [value.pointer for value in list_field_values(SCHEMA, {"code": 5})] == ["/code", "/items", "/hint"]


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree: dict[str, Any] = {"type": "object", "properties": {}}
    tree["properties"]["child"] = tree
    assert len(list_field_rules(tree)) < 30
    assert list_field_values(tree, []) == []


def test_a_field_that_several_schemas_speak_of_may_only_be_what_all_of_them_allow() -> None:
    nullable = {"type": "object", "properties": {"data": {"type": ["object", "null"]}}}
    schema: dict[str, Any] = nullable | {"anyOf": [{"required": ["data"], "properties": {"data": {"type": "object"}}}]}
    (value,) = list_field_values(schema, {"data": {}})
    assert (value.field.is_nullable, value.field.is_optional) == (False, False)
