"""Values are drawn that their schema allows, the same for the same seed."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_specs.draw_pattern import draw_matching_text
from lookalike_specs.schema_values import draw_value

SCHEMAS: list[Any] = [
    {},
    True,
    {"type": "integer"},
    {"type": "integer", "minimum": -5, "maximum": -5},
    {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    {"type": "integer", "minimum": 7, "multipleOf": 5},
    {"type": "integer", "maximum": -10_000},
    {"type": "integer", "minimum": 10_000},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 0.05},
    {"type": "number", "minimum": 0.5, "multipleOf": 0.25},
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["null", "string"]},
    {"const": {"a": 1}},
    {"enum": [1, "a", None]},
    {"type": "string", "minLength": 40},
    {"type": "string", "maxLength": 2},
    {"type": "string", "minLength": 5, "maxLength": 5},
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$"},
    {"type": "string", "pattern": "^(a|b)+c?$", "minLength": 10},
    {"type": "string", "pattern": "foo"},
    {"type": "string", "pattern": r"^[^\s@]+@[^\s@]+\.com$"},
    *({"type": "string", "format": name} for name in ("date", "date-time", "time", "duration", "email", "uuid", "uri", "hostname", "ipv4", "ipv6", "byte", "binary", "password", "uri-reference", "json-pointer", "regex", "x-own")),
    {"type": "array"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 5},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "maxItems": 0, "items": {"type": "string"}},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    {"type": "object"},
    {"type": "object", "required": ["a"]},
    {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 4},
    {"properties": {"a": {"$ref": "#/components/schemas/Leaf"}}, "required": ["a"]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"b": {"type": "string"}}, "required": ["b"]}]},
    {"allOf": [{"minimum": 5}, {"maximum": 6}, {"type": "integer"}]},
    {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    {"oneOf": [{"type": "object", "properties": {"k": {"const": "a"}}, "required": ["k"]}, {"type": "object", "properties": {"k": {"const": "b"}}, "required": ["k"]}]},
    {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 5000}]},
    {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 3}]},
    {"anyOf": [{"type": "string", "maxLength": 1, "minLength": 2}, {"type": "integer"}]},
    {"$ref": "#/components/schemas/Tree"},
    {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}, "minItems": 1},
    {"type": "integer", "example": "not a number"},
    {"type": "integer", "examples": ["no", 7]},
    {"type": "string", "default": 5},
    {"type": "string", "not": {"maxLength": 3}},
]  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Leaf": {"type": "integer", "minimum": 1},
            "Tree": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                    "parent": {"$ref": "#/components/schemas/Tree"},
                },
            },
        }
    }
}


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_what_is_drawn_is_allowed(schema: Any, seed: str) -> None:
    drawn = draw_value(DOCUMENT, schema, seed)
    assert drawn.is_valid
    jsonschema_rs.validator_for({"allOf": [schema], **DOCUMENT}, validate_formats=True).validate(drawn.value)
    assert draw_value(DOCUMENT, schema, seed) == drawn


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"not": {}},
        {"$ref": "#/components/schemas/Endless"},
    ],
)
def test_what_nothing_fits_is_told(schema: Any) -> None:
    endless = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Endless"}}}
    assert not draw_value({"components": {"schemas": {"Endless": endless}}}, schema, "0").is_valid


def test_another_seed_draws_another_value() -> None:
    values = {draw_value({}, {"type": "string", "format": "uuid"}, str(seed)).value for seed in range(10)}
    assert len(values) == 10


def test_examples_come_first() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "example": "mine"}, "b": {"type": "integer", "default": 3}},
    }
    assert draw_value({}, schema, "0").value == {"a": "mine", "b": 3}


def test_read_only_properties_are_in_responses_and_write_only_ones_in_requests() -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"readOnly": True, "type": "integer"}, "secret": {"writeOnly": True, "type": "string"}},
    }
    assert set(draw_value({}, schema, "0", "response").value) == {"id"}
    assert set(draw_value({}, schema, "0", "request").value) == {"secret"}


@given(
    st.sampled_from(["^[a-z]+$", "^\\d{3}$", "[A-F]", "^(x|yz){2,}$", "^.$", "^\\w+@\\w+$", "(a)\\1"]),
    st.integers(0, 1000),
)
def test_a_pattern_matches_what_is_drawn_for_it(pattern: str, seed: int) -> None:
    assert re.search(pattern, draw_matching_text(pattern, Random(seed)))  # noqa: S311 - no secret
