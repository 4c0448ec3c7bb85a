"""What mock and judge must understand alike of a document that nobody here wrote: the path's styles, and XML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from lookalike_contracts.generation.violated_keywords import find_violated_keywords
from lookalike_contracts.responses.schema import describe_response_violations
from lookalike_mocks import Mock
from lookalike_specs import Api
from lookalike_specs.registry import get_source
from lookalike_specs.request_builder import build_request
from lookalike_specs.spec_file import load_spec_file

ITEMS = {"type": "array", "items": {"type": "string"}, "maxItems": 3}
POINT = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}, "y": {"type": "string"}}}
NUMBER = {"type": "integer", "maximum": 9}
# style, explode, schema, value, what stands in the path
STYLES: list[tuple[str, bool, dict[str, Any], Any, str]] = [
    ("label", False, NUMBER, 5, ".5"),
    ("label", True, NUMBER, 5, ".5"),
    ("label", False, ITEMS, ["a", "b"], ".a,b"),
    ("label", True, ITEMS, ["a", "b"], ".a.b"),
    ("label", False, POINT, {"x": 1, "y": "b"}, ".x,1,y,b"),
    ("label", True, POINT, {"x": 1, "y": "b"}, ".x=1.y=b"),
    ("matrix", False, NUMBER, 5, ";id=5"),
    ("matrix", True, NUMBER, 5, ";id=5"),
    ("matrix", False, ITEMS, ["a", "b"], ";id=a,b"),
    ("matrix", True, ITEMS, ["a", "b"], ";id=a;id=b"),
    ("matrix", False, POINT, {"x": 1, "y": "b"}, ";id=x,1,y,b"),
    ("matrix", True, POINT, {"x": 1, "y": "b"}, ";x=1;y=b"),
    ("simple", False, ITEMS, ["a", "b"], "a,b"),
]
WRONG: list[tuple[str, bool, dict[str, Any], str]] = [
    ("label", False, NUMBER, "5"),
    ("label", False, NUMBER, ".50"),
    ("label", False, NUMBER, ".five"),
    ("label", True, ITEMS, ".a.b.c.d"),
    ("label", False, ITEMS, "a,b"),
    ("matrix", False, NUMBER, "5"),
    ("matrix", False, NUMBER, ";other=5"),
    ("matrix", False, NUMBER, ";id=50"),
    ("matrix", True, ITEMS, ";id=a;id=b;id=c;id=d"),
    ("matrix", False, ITEMS, "a,b"),
    ("matrix", True, POINT, ";y=b"),
    ("matrix", True, POINT, ";x=one"),
]


def load(tmp_path: Path, path: str, operation: dict[str, Any], **schemas: Any) -> tuple[Api, Mock]:
    """Return the API of a document with that operation, and its mock."""
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "paths": {path: {"get": operation}},
        "components": {"schemas": schemas},
    }
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return load_spec_file(file), Mock(spec=file)


def read_by_id(style: str, schema: dict[str, Any], *, explode: bool) -> dict[str, Any]:
    """Return an operation whose path has a value in that style."""
    parameter = {"name": "id", "in": "path", "required": True, "style": style, "explode": explode, "schema": schema}
    return {"parameters": [parameter], "responses": {"200": {"description": ""}, "400": {"description": ""}}}


@pytest.mark.parametrize("case", STYLES, ids=lambda case: case[-1])
def test_a_value_of_the_path_is_written_and_read_in_its_style(
    case: tuple[str, bool, dict[str, Any], Any, str], tmp_path: Path
) -> None:
    style, explode, schema, value, text = case
    api, mock = load(tmp_path, "/things/{id}", read_by_id(style, schema, explode=explode))
    assert get_source(api.id).notices == ()
    request = build_request(api.operations[0], {"id": value}, "http://acme.example")
    assert request.path == f"/things/{text}"
    assert mock.respond(request).status == 200
    assert find_violated_keywords(api, api.operations[0], api.operations[0].fields[0], request) == ()


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]} {case[-1]}")
def test_a_value_of_the_path_in_another_style_or_out_of_bounds_is_refused(
    case: tuple[str, bool, dict[str, Any], str], tmp_path: Path
) -> None:
    style, explode, schema, text = case
    api, mock = load(tmp_path, "/things/{id}", read_by_id(style, schema, explode=explode))
    request = build_request(api.operations[0], {"id": 1}, "http://acme.example")
    assert mock.respond(replace(request, path=f"/things/{text}")).status == 400


PET = {
    "type": "object",
    "required": ["id", "name", "tags", "notes", "owner"],
    "properties": {
        "id": {"type": "integer", "enum": [7], "xml": {"attribute": True}},
        "name": {"type": "string", "enum": ["Tom & <Jerry>"], "xml": {"name": "called"}},
        "tags": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "xml": {"wrapped": True},
            "items": {"type": "string", "enum": ["a"], "xml": {"name": "tag"}},
        },
        "notes": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"type": "boolean", "enum": [True]}},
        "owner": {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer", "enum": [3]}}},
    },
}
XML = (
    b'<Pet id="7"><called>Tom &amp; &lt;Jerry&gt;</called><tags><tag>a</tag><tag>a</tag></tags><notes>true</notes>'
    b"<owner><age>3</age></owner></Pet>"
)


def answer(media_type: str, schema: dict[str, Any], **content: Any) -> dict[str, Any]:
    """Return an operation that answers with that media type."""
    return {"responses": {"200": {"description": "", "content": {media_type: {"schema": schema, **content}}}}}


@pytest.mark.parametrize("media_type", ["application/xml", "text/xml; charset=utf-8", "application/vnd.acme+xml"])
def test_xml_is_written_by_the_xml_objects_of_the_schema_and_is_no_finding(media_type: str, tmp_path: Path) -> None:
    api, mock = load(tmp_path, "/pet", answer(media_type, {"$ref": "#/components/schemas/Pet"}), Pet=PET)
    request = build_request(api.operations[0], {}, "http://acme.example")
    response = mock.respond(request)
    assert response.media_type == media_type
    assert response.body.partition(b"\n")[2] == XML
    assert describe_response_violations(api.id, request, response) == ()


def test_an_array_is_the_root_of_its_items(tmp_path: Path) -> None:
    schema = {
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "xml": {"name": "pets", "namespace": "urn:acme"},
        "items": {"type": "string", "enum": ["Tom"], "xml": {"name": "pet"}},
    }
    api, mock = load(tmp_path, "/pets", answer("application/xml", schema))
    body = mock.respond(build_request(api.operations[0], {}, "http://acme.example")).body
    assert body.endswith(b'<ns0:pets xmlns:ns0="urn:acme"><pet>Tom</pet></ns0:pets>')


def test_an_example_of_xml_is_sent_as_it_is(tmp_path: Path) -> None:
    api, mock = load(tmp_path, "/pet", answer("application/xml", {"type": "object"}, example="<pet/>"))
    assert mock.respond(build_request(api.operations[0], {}, "http://acme.example")).body == b"<pet/>"
    assert "no body" not in "".join(get_source(api.id).notices)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "xml": {"name": "a b"}},
        {"type": "object", "xml": {"name": "pet"}, "required": ["$id"], "properties": {"$id": {"type": "integer"}}},
    ],
    ids=["no root", "a root that XML forbids", "a member that XML forbids"],
)
def test_what_xml_cannot_say_has_no_body(schema: dict[str, Any], tmp_path: Path) -> None:
    api, mock = load(tmp_path, "/pet", answer("application/xml", schema))
    response = mock.respond(build_request(api.operations[0], {}, "http://acme.example"))
    assert (response.status, response.body) == (200, b"")
