"""The fields that an answer can have."""

from typing import Any

import pytest

from lookalike_contracts.responses.fields import collect_fields, iter_values, list_response_fields
from lookalike_specs import list_api_ids, load_api

TEXT: Any = {"type": "string"}
NULL: Any = {"type": "null"}


def make_object_schema(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({}, []),
        (TEXT, []),
        (make_object_schema(a=TEXT), ["/a"]),
        (make_object_schema(**{"a/b~c": TEXT}), ["/a~1b~0c"]),
        (make_object_schema(a=make_object_schema(b=TEXT), c=TEXT), ["/a", "/a/b", "/c"]),
        (make_object_schema(a={"type": "array", "items": make_object_schema(b=TEXT)}), ["/a", "/a/*/b"]),
        ({"type": "array", "items": make_object_schema(b=TEXT)}, ["/*/b"]),
        ({"allOf": [make_object_schema(a=TEXT), make_object_schema(b=TEXT)]}, ["/a", "/b"]),
        ({"oneOf": [make_object_schema(a=TEXT), make_object_schema(b=TEXT, a=TEXT)]}, ["/a", "/b"]),
        (make_object_schema(a={"anyOf": [make_object_schema(b=TEXT), NULL]}), ["/a", "/a/b"]),
    ],
)
def test_each_field_is_named_once(schema: dict[str, Any], found: list[str]) -> None:
    assert [field.pointer for field in collect_fields(schema)] == found


@pytest.mark.parametrize(
    ("schema", "optional", "nullable"),
    [
        (make_object_schema(("a",), a=TEXT), False, False),
        (make_object_schema(("b",), a=TEXT), True, False),
        (make_object_schema(("a",), a=NULL), False, True),
        (make_object_schema(("a",), a={"type": ["string", "null"]}), False, True),
        (make_object_schema(("a",), a=TEXT | {"nullable": True}), False, True),
        (make_object_schema(("a",), a={"oneOf": [TEXT, NULL]}), False, True),
        (make_object_schema(("a",), a={"anyOf": [TEXT, TEXT]}), False, False),
        ({"oneOf": [make_object_schema(a=NULL), make_object_schema(a=NULL)]}, True, True),
        ({"oneOf": [make_object_schema(a=NULL), make_object_schema(("a",), a=TEXT)]}, False, False),
        ({"anyOf": [make_object_schema(("a",), a=TEXT), make_object_schema(a=NULL)]}, False, False),
    ],
)
def test_a_field_may_be_absent_or_null_where_every_schema_of_it_says_so(
    schema: dict[str, Any], optional: bool, nullable: bool
) -> None:
    (found,) = collect_fields(schema)
    assert (found.is_optional, found.is_nullable) == (optional, nullable)


@pytest.mark.parametrize("api", list_api_ids())
def test_every_document_names_a_field_once(api: str) -> None:
    for operation in load_api(api).operations:
        pointers = [response_field.pointer for response_field in list_response_fields(api, operation.id)]
        assert len(pointers) == len(set(pointers))
        assert pointers or not operation.response_schema


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((), [{"a": [1, {"b": None}], "c": "xy"}]),
        (("a",), [[1, {"b": None}]]),
        (("a", "*"), [1, {"b": None}]),
        (("a", "*", "b"), [None]),
        (("c", "*"), []),
        (("c", "x"), []),
        (("d",), []),
    ],
)
def test_a_place_is_where_something_stands(steps: tuple[str, ...], found: list[Any]) -> None:
    assert list(iter_values({"a": [1, {"b": None}], "c": "xy"}, steps)) == found
