"""A document that nobody here wrote is served: routes, rules, security, answers."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import yaml

from lookalike_mocks import Mock
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_specs import Api, SpecError
from lookalike_specs.spec_file import load_spec_file

DATA = Path(__file__).parent.parent / "data" / "openapi"
PETSTORE = DATA / "petstore.yaml"
TOKEN = {"authorization": "Bearer lookalike-demo-token"}
PET = {"name": "doggie", "photoUrls": []}


def minimal(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document with these paths."""
    return {"openapi": "3.1.0", "info": {"title": "Acme", "version": "1"}, "paths": paths, **more}


@pytest.fixture
def client() -> httpx.Client:
    """A client of the Petstore."""
    return httpx.Client(transport=HttpxTransport(Mock(spec=PETSTORE)), base_url="http://127.0.0.1:8765")


def serve(tmp_path: Path, document: dict[str, Any], **options: Any) -> httpx.Client:
    """A client of a document."""
    path = tmp_path / "acme.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return httpx.Client(transport=HttpxTransport(Mock(spec=path, **options)), base_url="http://127.0.0.1:8765")


def operation(**more: Any) -> dict[str, Any]:
    """An operation that answers an empty object."""
    content = {"application/json": {"schema": {"type": "object"}, "example": {}}}
    return {"responses": {"200": {"description": "", "content": content}, "400": {"description": ""}}, **more}


def test_a_path_with_names_is_served_and_the_exact_one_counts_more(client: httpx.Client) -> None:
    assert client.get("/pet/7", headers=TOKEN).json()["name"] == "doggie"
    assert isinstance(client.get("/pet/findByStatus", headers=TOKEN).json(), list)


@pytest.mark.parametrize(
    "url",
    [
        "https://petstore3.swagger.io/api/v3/pet/7",
        "http://127.0.0.1:8765/api/v3/pet/7",
        "http://127.0.0.1:8765/petstore/pet/7",
        "http://127.0.0.1:8765/petstore/api/v3/pet/7",
    ],
    ids=["the real host", "its base path", "the prefix", "both"],
)
def test_it_is_reached_as_the_real_one_and_by_prefix(client: httpx.Client, url: str) -> None:
    assert client.get(url, headers=TOKEN).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere/at/all", 404), ("PATCH", "/pet/7", 405), ("DELETE", "/pet", 405)]
)
def test_what_the_document_does_not_have_is_refused_by_ourselves(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    reply = client.request(method, f"http://127.0.0.1:8765/petstore{path}")
    assert reply.status_code == status
    assert "error" in reply.json()
    if status == 405:
        assert reply.headers["allow"] in ("DELETE, GET, POST", "POST, PUT")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/pet/seven", None, 400),
        ("GET", "/pet/findByStatus?status=lost", None, 400),
        ("GET", "/pet/findByStatus?status=sold", None, 200),
        ("GET", "/pet/findByTags?tags=a&tags=b", None, 200),
        ("POST", "/pet", PET, 200),
        ("POST", "/pet", {"name": "x"}, 400),
        ("POST", "/pet", {**PET, "status": "lost"}, 400),
        ("POST", "/pet", None, 400),
        ("POST", "/pet", [PET], 400),
        ("POST", "/store/order", None, 200),
        ("POST", "/user/createWithList", [{"id": 1}], 200),
        ("POST", "/user/createWithList", [{"id": "one"}], 400),
        ("POST", "/user/createWithList", {"id": 1}, 400),
        ("PUT", "/user/me", {"username": "you"}, 200),
    ],
)
def test_rules_are_those_of_the_schemas(client: httpx.Client, method: str, path: str, body: Any, status: int) -> None:
    reply = client.request(method, path, headers=TOKEN, **({} if body is None else {"json": body}))
    assert reply.status_code == status, reply.text


def test_a_body_that_is_no_json_is_refused(client: httpx.Client) -> None:
    headers = {**TOKEN, "content-type": "application/json"}
    assert client.post("/pet", headers=headers, content=b"{").status_code == 400


def test_a_body_in_another_documented_media_type_is_taken_as_it_comes(client: httpx.Client) -> None:
    xml = {**TOKEN, "content-type": "application/xml"}
    assert client.post("/pet", headers=xml, content=b"<pet/>").status_code == 200
    assert client.post("/pet", headers={**TOKEN, "content-type": "text/csv"}, content=b"a,b").status_code == 400


def test_a_scalar_body_is_held_to_its_schema() -> None:
    client = httpx.Client(transport=HttpxTransport(Mock(spec=DATA / "tictactoe.yaml")), base_url="http://x")
    assert client.put("/board/1/1", headers=TOKEN, json="X").status_code == 200
    assert client.put("/board/1/1", headers=TOKEN, json="Y").status_code == 400
    assert client.put("/board/4/1", headers=TOKEN, json="X").status_code == 400
    assert client.put("/board/4/1", headers=TOKEN, json="X").text in ("Illegal coordinates.",)


def test_a_form_is_held_to_its_schema() -> None:
    client = httpx.Client(transport=HttpxTransport(Mock(spec=DATA / "uspto.yaml")), base_url="http://x")
    assert client.post("/oa/v1/records", data={"criteria": "*:*", "start": "0"}).status_code == 200
    reply = client.post("/oa/v1/records", data={"criteria": "*:*", "start": "first"})
    assert reply.status_code == 400
    assert reply.json()["parameter"] == "start"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Basic lookalike-demo-token"}, 401),
        (TOKEN, 200),
        ({"authorization": "bearer lookalike-demo-token"}, 200),
        ({"api_key": "lookalike-demo-key"}, 200),
        ({"api_key": "wrong"}, 401),
    ],
)
def test_one_of_the_schemes_has_to_be_proved(client: httpx.Client, headers: dict[str, str], status: int) -> None:
    assert client.get("/pet/7", headers=headers).status_code == status


SCHEMES: dict[str, Any] = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "mutual": {"type": "mutualTLS"},
}
BASIC = base64.b64encode(b"lookalike:lookalike-demo-password").decode()
PROOFS: dict[str, dict[str, Any]] = {
    "header": {"headers": {"x-key": "lookalike-demo-key"}},
    "query": {"params": {"key": "lookalike-demo-key"}},
    "cookie": {"headers": {"cookie": "a=b; session=lookalike-demo-key"}},
    "bearer": {"headers": {"authorization": "Bearer lookalike-demo-token"}},
    "basic": {"headers": {"authorization": f"Basic {BASIC}"}},
    "mutual": {},
}


@pytest.mark.parametrize("kind", list(SCHEMES))
def test_each_kind_of_scheme_is_verified(kind: str, tmp_path: Path) -> None:
    document = minimal({"/": {"get": operation()}}, components={"securitySchemes": SCHEMES}, security=[{kind: []}])
    client = serve(tmp_path, document)
    assert client.get("/", **PROOFS[kind]).status_code == 200
    assert client.get("/").status_code == (200 if kind == "mutual" else 401)


def test_schemes_that_are_needed_together_have_to_be_proved_together(tmp_path: Path) -> None:
    security: list[Any] = [{"header": [], "query": []}]
    client = serve(
        tmp_path, minimal({"/": {"get": operation()}}, components={"securitySchemes": SCHEMES}, security=security)
    )
    assert client.get("/", headers={"x-key": "lookalike-demo-key"}).status_code == 401
    assert client.get("/", params={"key": "lookalike-demo-key"}).status_code == 401
    both = client.get("/", headers={"x-key": "lookalike-demo-key"}, params={"key": "lookalike-demo-key"})
    assert both.status_code == 200


def test_who_may_stay_unknown_has_to_prove_nothing(tmp_path: Path) -> None:
    security: list[Any] = [{"header": []}, {}]
    client = serve(
        tmp_path, minimal({"/": {"get": operation()}}, components={"securitySchemes": SCHEMES}, security=security)
    )
    assert client.get("/").status_code == 200


def test_a_documented_403_is_the_refusal(tmp_path: Path) -> None:
    responses = {"200": {"description": ""}, "403": {"description": "", "content": {"text/plain": {"example": "no"}}}}
    document = minimal({"/": {"get": {"responses": responses}}}, components={"securitySchemes": SCHEMES})
    client = serve(tmp_path, {**document, "security": [{"header": []}]})
    assert (client.get("/").status_code, client.get("/").text) == (403, "no")


def test_a_documented_error_is_a_situation(client: httpx.Client) -> None:
    assert client.get("/pet/7", headers={**TOKEN, "prefer": "code=404"}).status_code == 404
    assert client.get("/pet/7", headers={**TOKEN, "prefer": "example=petstore/404"}).status_code == 404
    assert client.get("/pet/7", headers={**TOKEN, "prefer": "code=418"}).status_code == 400


def test_a_key_can_bring_a_situation(client: httpx.Client) -> None:
    assert client.get("/pet/7", headers={"api_key": "situation-404"}).status_code == 404


def test_a_named_example_is_a_situation(tmp_path: Path) -> None:
    examples = {"one": {"value": {"n": 1}}, "two": {"value": {"n": 2}}}
    content = {"application/json": {"schema": {"type": "object"}, "examples": examples}}
    client = serve(tmp_path, minimal({"/": {"get": {"responses": {"200": {"description": "", "content": content}}}}}))
    assert client.get("/").json() == {"n": 1}
    assert client.get("/", headers={"prefer": "example=two"}).json() == {"n": 2}


def test_the_same_seed_draws_the_same_answer(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}
    content = {"application/json": {"schema": schema}}
    document = minimal({"/": {"get": {"responses": {"200": {"description": "", "content": content}}}}})
    one, again, other = (serve(tmp_path, deepcopy(document), seed=seed).get("/").text for seed in (1, 1, 2))
    assert one == again != other


def test_an_example_that_its_schema_does_not_allow_is_not_answered(tmp_path: Path) -> None:
    content = {"application/json": {"schema": {"type": "integer"}, "example": "seven"}}
    client = serve(tmp_path, minimal({"/": {"get": {"responses": {"200": {"description": "", "content": content}}}}}))
    assert isinstance(client.get("/").json(), int)


def test_the_first_documented_success_is_answered(tmp_path: Path) -> None:
    responses = {
        "404": {"description": ""},
        "201": {"description": "", "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}}},
        "200": {"description": ""},
    }
    reply = serve(tmp_path, minimal({"/": {"post": {"responses": responses}}})).post("/")
    assert reply.status_code == 201
    assert reply.headers["location"].startswith("https://")
    assert "content-type" not in reply.headers


def test_a_default_response_is_all_that_there_is(tmp_path: Path) -> None:
    content = {"text/plain": {"schema": {"type": "string"}, "example": "hello"}}
    client = serve(
        tmp_path, minimal({"/": {"get": {"responses": {"default": {"description": "", "content": content}}}}})
    )
    reply = client.get("/")
    assert (reply.status_code, reply.text, reply.headers["content-type"]) == (200, "hello", "text/plain")


def test_a_schema_that_holds_itself_ends(tmp_path: Path) -> None:
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    }
    reference = {"schema": {"$ref": "#/components/schemas/Node"}}
    responses = {
        "200": {"description": "", "content": {"application/json": reference}},
        "422": {"description": "broken"},
    }
    post = {"requestBody": {"required": True, "content": {"application/json": reference}}, "responses": responses}
    client = serve(tmp_path, minimal({"/": {"post": post}}, components={"schemas": {"Node": node}}))
    reply = client.post("/", json={"name": "a", "children": [{"name": "b"}]})
    assert reply.status_code == 200
    jsonschema_rs.validate({**node, "components": {"schemas": {"Node": node}}}, reply.json())
    assert client.post("/", json={"name": "a", "children": [{"name": 1}]}).status_code == 422


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ids=1&ids=2", 200),
        ("ids=1&ids=b", 400),
        ("ids=1&ids=2&ids=3&ids=4", 400),
        ("pipes=a|b", 200),
        ("pipes=a|b|c", 400),
        ("filter[age]=3", 200),
        ("filter[age]=x", 400),
        ("flag=true", 200),
        ("flag=maybe", 400),
        ("maybe=3", 200),
        ("maybe=x", 400),
    ],
)
def test_lists_and_objects_stand_in_a_query_as_their_style_says(query: str, status: int, tmp_path: Path) -> None:
    parameters = [
        {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}, "maxItems": 3}},
        {"name": "pipes", "in": "query", "style": "pipeDelimited", "explode": False, "schema": {"type": "array", "maxItems": 2}},
        {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": {"age": {"type": "integer"}}}},
        {"name": "flag", "in": "query", "schema": {"type": "boolean"}},
        {"name": "maybe", "in": "query", "schema": {"type": ["integer", "null"]}},
    ]  # fmt: skip
    client = serve(tmp_path, minimal({"/": {"get": operation(parameters=parameters)}}))
    assert client.get(f"/?{query}").status_code == status


def test_headers_and_cookies_are_parameters_too(tmp_path: Path) -> None:
    parameters = [
        {"name": "X-Count", "in": "header", "required": True, "schema": {"type": "integer", "maximum": 3}},
        {"name": "theme", "in": "cookie", "schema": {"enum": ["dark", "light"]}},
    ]
    client = serve(tmp_path, minimal({"/": {"get": operation(parameters=parameters)}}))
    assert client.get("/", headers={"x-count": "3"}).status_code == 200
    assert client.get("/", headers={"x-count": "4"}).status_code == 400
    assert client.get("/").status_code == 400
    assert client.get("/", headers={"x-count": "3", "cookie": "theme=dark"}).status_code == 200
    assert client.get("/", headers={"x-count": "3", "cookie": "theme=pink"}).status_code == 400


def test_a_multipart_form_takes_files(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}, "size": {"type": "integer"}},
    }
    body = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    client = serve(tmp_path, minimal({"/": {"post": operation(requestBody=body)}}))
    assert client.post("/", files={"file": ("a.png", b"\x89PNG")}, data={"size": "3"}).status_code == 200
    assert client.post("/", files={"other": ("a.png", b"\x89PNG")}).status_code == 400
    assert client.post("/", files={"file": ("a.png", b"\x89PNG")}, data={"size": "x"}).status_code == 400


def test_a_document_of_others_may_have_our_extensions(tmp_path: Path) -> None:
    document = minimal({"/": {"get": operation()}})
    document["x-lookalike"] = {"errors": {"tired": {"status": 503, "message": "too tired", "error-format": "plain"}}}
    document["x-lookalike"]["error-formats"] = {"plain": {"media-type": "text/plain", "body": "{message}"}}
    client = serve(tmp_path, document)
    reply = client.get("/", headers={"prefer": "example=acme/tired"})
    assert (reply.status_code, reply.text) == (503, "too tired")


def test_a_handler_that_nobody_registered_is_told_in_one_line(tmp_path: Path) -> None:
    document = minimal({"/": {"get": operation(**{"x-lookalike": {"handler": "acme"}})}})
    with pytest.raises(
        SpecError, match=r"^acme#/paths/~1/get/x-lookalike/handler: no handler is called 'acme'; known: "
    ):
        serve(tmp_path, document)


def test_several_documents_stand_beside_our_own() -> None:
    mock = Mock("tmapi", spec=[PETSTORE, DATA / "uspto.yaml"])
    assert list(mock.services) == ["tmapi", "petstore", "uspto"]
    client = httpx.Client(transport=HttpxTransport(mock), base_url="http://127.0.0.1:8765")
    assert client.get("/pet/7", headers=TOKEN).status_code == 200
    assert client.get("/1688/global/search/image").status_code == 401
    assert client.get("/oa_citations/v1/fields").status_code == 200


def test_an_api_may_be_given_as_itself() -> None:
    api: Api = load_spec_file(PETSTORE)
    assert list(Mock(api).services) == ["petstore"]
    assert "petstore" not in Mock().services


def test_a_sandbox_has_keys_of_its_own() -> None:
    mock = Mock(spec=PETSTORE)
    sandbox = mock.create_sandbox(seed=5)
    client = httpx.Client(transport=HttpxTransport(mock), base_url="http://x")
    token = sandbox.credentials["petstore"]["petstore_auth"]
    assert client.get("/pet/7", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert [entry.api for entry in sandbox.journal.entries] == ["petstore"]


def test_a_body_longer_than_any_document_means_is_refused(tmp_path: Path) -> None:
    client = serve(tmp_path, minimal({"/": {"post": operation(requestBody={"content": {"application/json": {}}})}}))
    assert (
        client.post("/", content=json.dumps("x" * 17 * 2**20), headers={"content-type": "application/json"}).status_code
        == 400
    )
