"""A spec that says something which cannot be meant does not start, and is told where."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from lookalike_specs import (
    SpecError,
    UnknownApi,
    UnknownVariant,
    list_api_ids,
    load_api,
    read_document,
    resolve_variants,
)
from lookalike_specs.load import build_api
from lookalike_specs.references import resolve_refs

Change = Callable[[dict[str, Any]], object]


def operation(document: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = document["paths"]["/1688/global/search/image"]["get"]
    return node


def converted(document: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = document["components"]["schemas"]["Conversion"]["properties"]
    return properties


def guidance(document: dict[str, Any]) -> dict[str, Any]:
    client: dict[str, Any] = document["x-lookalike"]["errors"]["422"]["client"]
    return client


WRONG: list[tuple[str, Change, str]] = [
    ("unknown root key", lambda d: d["x-lookalike"].update(colour="red"), "colour"),
    ("unknown operation key", lambda d: operation(d)["x-lookalike"].update(colour="red"), "colour"),
    ("no extension", lambda d: d.pop("x-lookalike"), "has no x-lookalike"),
    ("wrong type", lambda d: d["x-lookalike"]["errors"]["422"].update(status="many"), r"errors"),
    ("wrong kind of provenance", lambda d: d["x-lookalike"]["errors"]["422"].update({"x-provenance": {"kind": "guess"}}), "guess"),
    ("unknown refusal", lambda d: d["components"]["securitySchemes"]["apiToken"]["x-lookalike"]["errors"].update(bored="422"), "bored"),
    ("unknown scheme", lambda d: d["components"]["securitySchemes"]["apiToken"]["x-lookalike"].update(scheme="keys"), r"no scheme is called 'keys'; known: .*; did you mean 'key'\?"),
    ("error not in the catalogue", lambda d: operation(d)["x-lookalike"]["errors"].update(default="999"), "'999'"),
    ("error of a parameter", lambda d: operation(d)["parameters"][0].update({"x-errors": {"type": "999"}}), "'999'"),
    ("routing", lambda d: d["x-lookalike"]["routing"].update(method="999"), "'999'"),
    ("account", lambda d: d["x-lookalike"]["accounts"]["expired"].update(error="999"), "'999'"),
    ("transport", lambda d: d["x-lookalike"]["errors"]["422"].update({"error-format": "pigeon"}), "'pigeon'"),
    ("variant's default", lambda d: d["x-lookalike"]["variants"]["booleans"].update(default="x"), "default 'x'"),
    ("unknown variant", lambda d: operation(d)["parameters"][0].update({"x-errors": {"type": {"variant": "x", "a": "422"}}}), "variant"),
    ("value without a reaction", lambda d: operation(d)["parameters"][0].update({"x-errors": {"type": {"variant": "booleans", "strict": "422"}}}), "each of its values"),
    ("seen with an unknown variant", lambda d: operation(d)["parameters"][0].update({"x-when": {"variant": "x", "values": ["a"]}}), "'x' is no variant"),
    ("seen with an unknown value", lambda d: operation(d)["parameters"][0].update({"x-when": {"variant": "booleans", "values": ["x"]}}), "is no variant"),
    ("seen when, misspelt", lambda d: operation(d)["parameters"][0].update({"x-when": {"variants": "booleans"}}), "x-when"),
    ("property's error not in the catalogue", lambda d: converted(d)["url"].update({"x-errors": {"pattern": "999"}}), "'999'"),
    ("parameter twice", lambda d: operation(d)["parameters"].append(operation(d)["parameters"][0]), "stands twice"),
    ("rule on nothing", lambda d: operation(d)["x-lookalike"].update(rules=[{"rule": "any-of", "parameters": ["x"], "error": "422"}]), "rule on 'x'"),
    ("beyond what nobody takes", lambda d: operation(d)["x-lookalike"].update({"also-allowed": {"x": ["422"]}}), "speaks of 'x'"),
    ("beyond, and no error", lambda d: operation(d)["x-lookalike"].update({"also-allowed": {"page": ["999"]}}), "'999'"),
    ("beyond, by an unknown variant", lambda d: operation(d)["x-lookalike"].update({"also-allowed": {"page": [{"variant": "x", "a": "422"}]}}), "variant"),
    ("tokens of nothing", lambda d: operation(d)["x-lookalike"].update({"token-lists": {"x": []}}), "speaks of 'x'"),
    ("tokens of no list", lambda d: operation(d)["x-lookalike"].update({"token-lists": {"sort": ["nothing"]}}), "lists tokens in 'nothing'"),
    ("default of nothing", lambda d: operation(d)["x-lookalike"].update(defaults={"x": "1"}), "speaks of 'x'"),
    ("default by half a variant", lambda d: operation(d)["x-lookalike"].update(defaults={"page": {"variant": "booleans", "strict": "1"}}), "each of its values"),
    ("nobody may call", lambda d: operation(d).update(security=[]), "who may call"),
    ("magic without situation", lambda d: d["x-lookalike"]["triggers"].append({"parameter": "page", "template": "x"}), "situation"),
    ("magic of nothing", lambda d: d["x-lookalike"]["triggers"].append({"template": "{situation}"}), "a credential or a parameter"),
    ("operation of an error", lambda d: d["x-lookalike"]["errors"]["422"].update(operations=["x"]), "'x' is no operation"),
    ("error in the place of another", lambda d: operation(d)["x-lookalike"].update({"error-aliases": {"422": "999"}}), "'999'"),
    ("another in the place of no error", lambda d: operation(d)["x-lookalike"].update({"error-aliases": {"999": "422"}}), "'999'"),
    ("transport of an operation", lambda d: operation(d)["x-lookalike"].update({"error-formats": {"http-200": "pigeon"}}), "'pigeon'"),
    ("extension without provenance", lambda d: operation(d)["x-lookalike"].pop("x-provenance"), "x-lookalike: does not say where it comes from"),
    ("reactions without provenance", lambda d: d["components"]["parameters"]["sort"]["x-errors"].pop("x-provenance"), r"sort/x-errors: does not say .* name 'x-errors' among"),
    ("documented by nobody", lambda d: d["info"].update({"x-provenance": {"kind": "documented", "source": "hearsay"}}), "info/x-provenance: 'hearsay' names none of the sources"),
    ("keyword documented by nobody", lambda d: d["info"].update({"x-provenance": {"kind": "inferred", "source": "us", "keywords": {"title": {"kind": "documented", "source": "hearsay"}}}}), "'hearsay' names none"),
    ("error that asks nothing", lambda d: d["x-lookalike"]["errors"]["422"].pop("client"), "errors/422: does not say what it asks of a client: give it `client`, with kind, retry, billing"),
    ("error that says half", lambda d: guidance(d).pop("billing"), "422/client: does not say its 'billing'; where nothing is known, it is 'unknown'"),
    ("kind that is none", lambda d: guidance(d).update(kind="pigeon"), "'pigeon'"),
    ("retry that is none", lambda d: guidance(d).update(retry="often"), "'often'"),
    ("billing that is none", lambda d: guidance(d).update(billing=True), "billing"),
    ("what an error asks, said by nobody", lambda d: guidance(d).pop("x-provenance"), "422/client: does not say where it comes from"),
    ("unknown, and documented", lambda d: guidance(d)["x-provenance"]["keywords"].pop("billing"), "422/client/billing: is 'unknown', and is said to be documented"),
    ("a header that the error has not", lambda d: guidance(d).update({"retry-after": {"header": "Retry-After"}}), "422/client/retry-after: 'Retry-After' is not among the headers"),
    ("unread body", lambda d: operation(d).update(requestBody={"content": {"text/csv": {"schema": {}}}}), "text/csv is not read"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_spec_does_not_start(change: Change, message: str) -> None:
    document = deepcopy(read_document("tmapi"))
    change(document)
    with pytest.raises(SpecError, match=message):
        build_api("tmapi", document)


def test_a_form_that_may_come_in_two_media_types_has_each_field_once() -> None:
    upload = next(candidate for candidate in load_api("daji-1688").operations if candidate.id == "uploadImage")
    assert upload.body_location == "form"
    assert [field.name for field in upload.fields] == ["appKey", "appSecret", "sign", "image_base64", "pic_url"]


def test_operations_of_one_path_are_told_apart() -> None:
    api = load_api("aliyun")
    at_root = [(candidate.id, candidate.document_path) for candidate in api.operations if candidate.path == "/"]
    assert at_root[0] == ("SearchImageByPic", "/")
    assert all(template == f"/#{name}" for name, template in at_root[1:])
    assert len(at_root) == 6
    permit = next(candidate for candidate in api.operations if candidate.id == "AuthorizeFileUpload")
    assert permit.servers[0] == "https://openplatform.aliyuncs.com"
    assert {"openplatform.aliyuncs.com", "imagesearch.cn-beijing.aliyuncs.com"} <= api.hosts


def test_parameters_of_a_path_are_those_of_its_operations() -> None:
    document = deepcopy(read_document("tmapi"))
    item = document["paths"]["/1688/global/search/image"]
    item["parameters"] = item["get"]["parameters"][:2]
    del item["get"]["parameters"][:2]
    one, other = build_api("tmapi", document), load_api("tmapi")
    assert one.operations[0].fields == other.operations[0].fields


def test_a_part_with_a_media_type_is_a_file() -> None:
    upload = next(candidate for candidate in load_api("aliyun").operations if candidate.id == "PostObject")
    assert {field.name: field.location for field in upload.fields if field.required} == {"key": "form", "file": "file"}


def test_every_api_loads() -> None:
    assert list_api_ids() == ("aliyun", "daji-1688", "daji-taobao", "hiobuy", "tmapi")
    assert [load_api(api).id for api in list_api_ids()] == list(list_api_ids())


def test_an_unknown_api_is_named() -> None:
    with pytest.raises(UnknownApi, match="unknown API 'x'; known: aliyun"):
        load_api("x")


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(UnknownVariant, match="tmapi: booleans is one of lenient, strict, not 'x'"):
        resolve_variants(load_api("tmapi"), {"booleans": "x"})


def test_references_in_a_circle_are_refused() -> None:
    document = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}
    with pytest.raises(SpecError, match="in a circle"):
        resolve_refs(document, document["a"])


def test_a_reference_to_nothing_is_named() -> None:
    with pytest.raises(SpecError, match="#/b: points to nothing"):
        resolve_refs({}, {"$ref": "#/b"})


def test_a_reference_is_local_and_keeps_what_stands_beside_it() -> None:
    document = {"a~/b": {"x": 1, "y": 1}}
    assert resolve_refs(document, [{"$ref": "#/a~0~1b", "y": 2}]) == [{"x": 1, "y": 2}]
