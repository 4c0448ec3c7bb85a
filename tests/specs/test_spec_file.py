"""Documents of others, good and bad: what is read, what is left out, and what is said of it."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from lookalike_specs import Api, SpecError, load_api
from lookalike_specs.registry import get_source
from lookalike_specs.spec_file import load_spec_file, make_slug

DATA = Path(__file__).parent.parent / "data" / "openapi"
OK: dict[str, Any] = {"responses": {"200": {"description": ""}}}


def answer(media_type: str, schema: Any) -> dict[str, Any]:
    """An operation that answers with a body of that type."""
    return {"responses": {"200": {"description": "", "content": {media_type: {"schema": schema}}}}}


def document(paths: Any = None, **more: Any) -> dict[str, Any]:
    """A small document."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Acme Shop", "version": "1"},
        "paths": paths or {"/": {"get": OK}},
        **more,
    }


def write(tmp_path: Path, content: Any, name: str = "acme.yaml") -> Path:
    """A file with that content."""
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    return path


def load(tmp_path: Path, content: Any) -> tuple[Api, str]:
    """An API, and what is said of its document."""
    api = load_spec_file(write(tmp_path, content))
    return api, "\n".join(get_source(api.id).notices)


REFUSED: list[tuple[str, Any, str]] = [
    ("no object", "- 1\n", "is no OpenAPI document: it holds no object"),
    ("empty", "", "is no OpenAPI document: it holds no object"),
    ("no YAML", "a: [1\nb: 2", r"is neither JSON nor YAML: .*, line 2"),
    ("tab", "a:\n\tb: 1", r"is neither JSON nor YAML: .*, line 2"),
    ("another format", {"asyncapi": "2.0.0"}, "is no OpenAPI document: it has no `openapi`"),
    ("Swagger", {"swagger": "2.0", "paths": {}}, r"is Swagger 2\.0, which is not read: convert it to OpenAPI 3 first"),
    ("a later version", document(openapi="4.0.0"), r"is OpenAPI 4\.0\.0; 3\.0 and 3\.1 are read"),
    ("no paths", {"openapi": "3.1.0", "info": {}}, "has no paths: there is nothing to serve"),
    ("empty paths", {"openapi": "3.1.0", "paths": {}}, "has no paths: there is nothing to serve"),
    ("no operations", document({"/": {"summary": "x"}}), "has no operation: there is nothing to serve"),
    ("a path that is none", document({"pets": {"get": OK}}), "#/paths/pets: is no path with operations"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_served_is_told_in_one_line(content: Any, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, content)
    with pytest.raises(SpecError, match=message) as caught:
        load_spec_file(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (5, "Expected `object`, got `int` - at `$.errors`"),
        ({"tired": 5}, "Expected `object`, got `int` - at `$.errors[...]`"),
        ({"tired": {"status": 503, "client": "later"}}, "Expected `object`, got `str` - at `$.errors[...].client`"),
        (
            {"tired": {"status": 503, "client": {"kind": "x"}}},
            "Invalid enum value 'x' - at `$.errors[...].client.kind`",
        ),
    ],
)
def test_errors_that_are_none_are_told_in_one_line(errors: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, document(**{"x-lookalike": {"errors": errors}}))
    assert str(caught.value) == f"acme#/x-lookalike: {message}"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"gone\.yaml: no such file"):
        load_spec_file(tmp_path / "gone.yaml")
    with pytest.raises(SpecError, match="cannot be read: Is a directory"):
        load_spec_file(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match="is not UTF-8"):
        load_spec_file(tmp_path / "latin.yaml")


def test_a_document_nested_too_deeply_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"is nested too deeply to be read|neither JSON nor YAML"):
        load_spec_file(write(tmp_path, "[" * 100_000))


PARAMETER = {"name": "n", "in": "query", "schema": {"type": "integer"}}
NOTICED: list[tuple[str, Any, str]] = [
    ("remote reference", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"$ref": "https://x.example/s.json"}}], **OK}}}), "'https://x.example/s.json' is in another document, which is not fetched; anything is allowed there"),
    ("reference to a file", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"$ref": "other.yaml#/a"}}], **OK}}}), "'other.yaml#/a' is in another document, which is not fetched"),
    ("reference to nothing", document({"/": {"get": {"parameters": [{"$ref": "#/components/parameters/gone"}], **OK}}}), "'#/components/parameters/gone' points to nothing in this document"),
    ("references in a circle", document(components={"schemas": {"a": {"$ref": "#/components/schemas/b"}, "b": {"$ref": "#/components/schemas/a"}}}), "lead to each other in a circle"),
    ("unknown type", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"type": "int"}}], **OK}}}), "'int' is no type of JSON"),
    ("broken keyword", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"type": "string", "maxLength": -1}}], **OK}}}), "/maxLength: -1 is less than the minimum of 0; the keyword is not looked at"),
    ("required as a truth", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"required": True}}], **OK}}}), "/required: true is not of type"),
    ("no schema at all", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": [1]}], **OK}}}), "is no schema; anything is allowed there"),
    ("pattern", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"type": "string", "pattern": "("}}], **OK}}}), "'(' cannot be read; it is not looked at"),
    ("pattern of another dialect", document({"/": {"get": {"parameters": [{**PARAMETER, "schema": {"type": "string", "pattern": r"\p{L}+"}}], **OK}}}), "cannot be read; it is not looked at"),
    ("no responses", document({"/": {"get": {}}}), "documents no response; it is answered 200, without a body"),
    ("no parameter", document({"/": {"get": {"parameters": [{"name": "x"}], **OK}}}), "parameters/0: is no parameter; it is left out"),
    ("not in the path", document({"/": {"get": {"parameters": [{"name": "x", "in": "path"}], **OK}}}), "'x' is not in the path; it is left out"),
    ("only in the path", document({"/{x}": {"get": OK}}), "'x' of the path is no parameter; any text is allowed there"),
    ("two of one name", document({"/{n}": {"get": {"parameters": [PARAMETER, {"name": "n", "in": "path", "schema": {}}], **OK}}}), "'n' is in the query and the path; the second one is not looked at"),
    ("unknown style", document({"/": {"get": {"parameters": [{**PARAMETER, "style": "matrix"}], **OK}}}), "style 'matrix' is not read; it is taken for 'form'"),
    ("XML without a root", document({"/": {"get": answer("application/xml", {"type": "object"})}}), "GET /: the answer 200 as application/xml has no example, and its schema no `xml.name` for the root; it has no body"),
    ("XML", document({"/": {"get": answer("text/xml", {"type": "object", "xml": {"name": "a"}})}}), "GET /: the answer 200 as text/xml: what stands in the XML is not compared with the schema"),
    ("another format", document({"/": {"get": answer("text/csv", {"type": "array"})}}), "GET /: the answer 200 as text/csv has neither an example nor a form that a schema describes; it has no body"),
    ("trace", document({"/": {"get": OK, "trace": OK}}), "/trace: is left out: the method is not served"),
    ("body of a GET", document({"/": {"get": {"requestBody": {"content": {"application/json": {}}}, **OK}}}), "requestBody: is left out"),
    ("unknown scheme", document(security=[{"gone": []}]), "'gone' is no security scheme; the alternative is left out"),
    ("scheme that nobody verifies", document(security=[{"m": []}], components={"securitySchemes": {"m": {"type": "mutualTLS"}}}), "mutualTLS is not verified; everybody may call"),
    ("operation that is none", document({"/": {"get": OK, "post": {"parameters": 7, **OK}}}), "/post: is left out"),
    ("example that breaks its schema", document({"/": {"get": {"parameters": [{**PARAMETER, "example": "x"}], **OK}}}), "the example of 'n' is not one that its schema allows; another one is made up"),
    ("impossible schema", document({"/": {"get": {"parameters": [{**PARAMETER, "required": True, "schema": {"type": "string", "minLength": 2, "maxLength": 1}}], **OK}}}), "could not be made up so that its schema allows it"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in NOTICED], ids=[case[0] for case in NOTICED])
def test_the_rest_is_served_and_what_is_not_is_said(content: Any, message: str, tmp_path: Path) -> None:
    api, notices = load(tmp_path, deepcopy(content))
    assert message in notices
    assert api.operations


def test_the_documents_of_the_tests_have_nothing_to_be_said() -> None:
    for name in ("petstore", "tictactoe", "uspto"):
        assert get_source(load_spec_file(DATA / f"{name}.yaml").id).notices == ()


@pytest.mark.parametrize(
    ("name", "api_id"),
    [("petstore.yaml", "petstore"), ("Pet Store.v1.json", "pet-store"), ("openapi.yaml", "acme-shop"), ("swagger.json", "acme-shop")],
)  # fmt: skip
def test_the_id_is_the_files_name_or_the_title(name: str, api_id: str, tmp_path: Path) -> None:
    assert load_spec_file(write(tmp_path, json.dumps(document()), name)).id == api_id


def test_a_slug_has_letters_digits_and_dashes() -> None:
    assert make_slug("  Swagger Petstore - OpenAPI 3.0 ") == "swagger-petstore-openapi-3-0"


def test_an_id_of_ours_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"tmapi\.yaml: its id 'tmapi' is taken by lookalike; name the file otherwise"):
        load_spec_file(write(tmp_path, document(), "tmapi.yaml"))


def test_a_document_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    load_spec_file(write(tmp_path, document({"/old": {"get": OK}})))
    load_spec_file(write(tmp_path, document({"/new": {"get": OK}})))
    assert [operation.path for operation in load_api("acme").operations] == ["/new"]


def test_operations_without_an_id_get_one(tmp_path: Path) -> None:
    api, _ = load(
        tmp_path,
        document({"/a/{b}": {"get": OK, "put": {"operationId": "x", **OK}}, "/c": {"get": {"operationId": "x", **OK}}}),
    )
    assert [operation.id for operation in api.operations] == ["get-a-b", "x", "get-c"]


def test_what_30_says_of_null_and_bounds_is_said_as_31_does(tmp_path: Path) -> None:
    schema = {
        "type": "integer",
        "nullable": True,
        "minimum": 1,
        "exclusiveMinimum": True,
        "maximum": 9,
        "exclusiveMaximum": False,
    }
    api, notices = load(tmp_path, document({"/": {"get": {"parameters": [{**PARAMETER, "schema": schema}], **OK}}}))
    assert api.operations[0].fields[0].schema == {"type": ["integer", "null"], "exclusiveMinimum": 1, "maximum": 9}
    assert notices == ""


def test_keys_that_yaml_takes_for_numbers_are_read(tmp_path: Path) -> None:
    text = "openapi: 3.0.0\ninfo: {title: a, version: 2024-01-01}\npaths:\n  /:\n    get:\n      responses:\n        200: {description: x}\n"
    api, _ = load(tmp_path, text)
    assert api.operations[0].success_status == "200"
    assert api.document["info"]["version"] == "2024-01-01"


@pytest.mark.parametrize(
    ("servers", "hosts", "base_paths"),
    [
        ([{"url": "https://a.example/v1"}], {"a.example"}, ("/v1",)),
        ([{"url": "/v2"}], {"server.invalid"}, ("/v2",)),
        ([{"url": "http://localhost:8080/v3/"}], set(), ("/v3",)),
        ([{"url": "https://{h}.example/{v}", "variables": {"h": {"default": "b"}, "v": {"enum": ["x", "y"], "default": "x"}}}], {"b.example"}, ("/x", "/y")),
        ([], {"server.invalid"}, ()),
    ],
)  # fmt: skip
def test_servers_are_hosts_and_base_paths(
    servers: Any, hosts: set[str], base_paths: tuple[str, ...], tmp_path: Path
) -> None:
    api, _ = load(tmp_path, document(servers=servers))
    assert (set(api.hosts), api.base_paths) == (hosts, base_paths)


def test_what_we_made_up_says_so(tmp_path: Path) -> None:
    api, _ = load(tmp_path, document({"/": {"get": {"parameters": [{**PARAMETER, "required": True}], **OK}}}))
    node = api.document["paths"]["/"]["get"]
    assert node["responses"]["400"]["x-provenance"]["kind"] == "invented"
    assert node["parameters"][0]["x-provenance"]["keywords"]["example"]["kind"] == "invented"
    assert api.root.errors["400"].x_provenance is not None
    assert api.root.errors["400"].x_provenance.kind == "invented"
    assert load_spec_file(DATA / "petstore.yaml").root.errors["404"].x_provenance.kind == "documented"  # type: ignore[union-attr]
