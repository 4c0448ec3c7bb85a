"""Whoever accuses or refuses can say where the very rule comes from."""

from collections.abc import Iterator
from typing import Any

import pytest

from lookalike_specs import list_api_ids, load_api, read_document
from lookalike_specs.inferred_extensions import complete_document
from lookalike_specs.load import build_api
from lookalike_specs.pointers import join_pointer
from lookalike_specs.provenance import PROVENANCE_KINDS, UNSTATED, Source, count_facts, find_provenance, is_trusted

PAGE = Source("documented", "the page")
CODE = Source("documented", "the code")
SEEN = Source("measured", "a log")
GUESS = Source("inferred", "the sample")
OURS = Source("invented", "ours")


def state(source: Source, **keywords: Source) -> dict[str, Any]:
    stated: dict[str, Any] = {"kind": source.kind, "source": source.source}
    if keywords:
        stated["keywords"] = {name.replace("_", "-"): state(entry) for name, entry in keywords.items()}
    return stated


DOCUMENT: dict[str, Any] = {
    "x-provenance": state(PAGE),
    "x-lookalike": {
        "errors": {"422": {"status": 422, "x-provenance": state(SEEN, message=OURS), "message": "no", "code": 1}},
        "triggers": [{"parameter": "q", "template": "{situation}"}],
    },
    "paths": {
        "/a/b": {
            "get": {
                "parameters": [{"$ref": "#/components/parameters/Size"}, {"$ref": "#/components/parameters/Circle"}],
                "x-lookalike": {"body-limit": 5},
                "responses": {
                    "200": {"$ref": "#/components/responses/Good"},
                    "404": {"$ref": "#/components/responses/Good", "x-provenance": state(OURS)},
                },
            }
        }
    },
    "components": {
        "parameters": {
            "Size": {
                "name": "size",
                "schema": {"maximum": 20, "minimum": 1, "type": "integer"},
                "x-errors": {"maximum": "422"},
                "x-provenance": state(CODE, minimum=GUESS),
            },
            "Sort": {
                "name": "sort",
                "x-errors": {"enum": "422"},
                "x-when": {"variant": "v", "x-provenance": state(GUESS)},
                "x-provenance": state(CODE, x_errors=OURS),
            },
            "Circle": {"$ref": "#/components/parameters/Circle"},
        },
        "responses": {"Good": {"description": "good", "x-provenance": state(SEEN)}},
        "schemas": {
            "Item": {
                "description": "a thing",
                "properties": {"type": {"type": "string"}, "price": {"description": "yuan", "x-extreme": "9"}},
                "x-apifox-folder": "1688",
                "x-provenance": state(PAGE, description=GUESS, type=GUESS),
            },
        },
    },
}
OPERATION = "/paths/~1a~1b/get"


@pytest.mark.parametrize(
    ("pointer", "source"),
    [
        ("", PAGE),
        ("/paths", PAGE),
        # through a reference, to where the parameter stands
        (f"{OPERATION}/parameters/0/schema/maximum", CODE),
        (f"{OPERATION}/parameters/0/schema/minimum", GUESS),
        (f"{OPERATION}/parameters/0", CODE),
        (f"{OPERATION}/responses/200", SEEN),
        (f"{OPERATION}/responses/404", OURS),
        ("/components/parameters/Size/schema/maximum", CODE),
        # what our extensions do not say themselves is not the vendor's word
        ("/components/parameters/Size/x-errors/maximum", UNSTATED),
        ("/components/parameters/Sort/x-errors/enum", OURS),
        ("/components/parameters/Sort/x-when/variant", GUESS),
        (f"{OPERATION}/x-lookalike/body-limit", UNSTATED),
        ("/x-lookalike/triggers/0/template", UNSTATED),
        ("/x-lookalike/errors/422", SEEN),
        ("/x-lookalike/errors/422/message", OURS),
        ("/x-lookalike/errors/422/code", SEEN),
        ("/components/schemas/Item/properties/price/x-extreme", UNSTATED),
        # a vendor's own extension is as much its word as all the rest
        ("/components/schemas/Item/x-apifox-folder", PAGE),
        # keywords hold further down too, but not for what only has their name
        ("/components/schemas/Item/properties/price/description", GUESS),
        ("/components/schemas/Item/properties/type", PAGE),
        ("/components/schemas/Item/properties/type/type", GUESS),
        # what leads nowhere
        ("/components/parameters/Size/schema/pattern", CODE),
        ("/x-lookalike/errors/999", UNSTATED),
        ("/nowhere/at/all", PAGE),
        ("no pointer", PAGE),
        (f"{OPERATION}/parameters/1/name", PAGE),
        (f"{OPERATION}/parameters/7", PAGE),
    ],
)
def test_a_pointer_leads_to_where_its_fact_comes_from(pointer: str, source: Source) -> None:
    assert find_provenance(DOCUMENT, pointer) == source


@pytest.mark.parametrize("stated", ["a page", None, {"kind": "guessed"}, {"source": "x"}, [], {"kind": ["documented"]}])
def test_what_is_no_provenance_says_nothing(stated: Any) -> None:
    document = {"x-provenance": state(PAGE), "info": {"title": "t", "x-provenance": stated}}
    assert find_provenance(document, "/info/title") == PAGE
    assert find_provenance({"x-provenance": {**state(PAGE), "keywords": stated}, "a": 1}, "/a") == PAGE
    assert find_provenance({"a": {"$ref": stated}}, "/a/b") == UNSTATED


def test_a_document_without_any_provenance_is_nobodys_word() -> None:
    assert find_provenance({"info": {"title": "t"}}, "/info/title") == UNSTATED


def test_kinds_are_ranked() -> None:
    assert PROVENANCE_KINDS == ("documented", "measured", "inferred", "invented")
    assert [kind for kind in PROVENANCE_KINDS if is_trusted(kind, "measured")] == ["documented", "measured"]


@pytest.mark.parametrize("api_id", list_api_ids())
def test_an_api_finds_what_its_document_says(api_id: str) -> None:
    api = load_api(api_id)
    document = read_document(api_id)
    for operation in api.operations:
        for field in operation.fields:
            assert api.find_provenance(field.pointer) == find_provenance(document, field.pointer)
    for error_id in api.root.errors:
        pointer = join_pointer("x-lookalike", "errors", error_id)
        assert api.find_error_provenance(error_id) == find_provenance(document, pointer)


@pytest.mark.parametrize("api_id", list_api_ids())
def test_what_only_a_mock_needs_is_no_vendors_word(api_id: str) -> None:
    api = load_api(api_id)
    for name in ("triggers", "credential-templates", "accounts", "secrets", "routing"):
        assert api.find_provenance(f"/x-lookalike/{name}").kind != "documented", name
    for operation in api.operations:
        extension = f"{operation.pointer}/x-lookalike"
        assert api.find_provenance(f"{extension}/body-limit").kind == "invented", operation.id
        for kind in operation.extension.errors:
            assert api.find_provenance(f"{extension}/errors/{kind}").kind in ("inferred", "invented"), (
                operation.id,
                kind,
            )
        for position, rule in enumerate(operation.extension.rules):
            assert api.find_provenance(f"{extension}/rules/{position}").kind != "documented", (operation.id, rule)


@pytest.mark.parametrize("api_id", list_api_ids())
def test_no_reaction_or_way_to_an_error_has_the_provenance_of_the_page_around_it(api_id: str) -> None:
    document = read_document(api_id)
    documented = []
    for path in iter_paths(document, ()):
        pointer = join_pointer(*path)
        is_reaction = "x-errors" in path and path[-1] != "x-errors"
        is_way = path[:2] == ("x-lookalike", "errors") and path[-1] == "reproduce"
        if (is_reaction or is_way) and find_provenance(document, pointer).kind == "documented":
            documented.append(path)
    # those that say so themselves: the pages on uploads have the limit, and what becomes of an odd status
    assert {path[-2:] for path in documented} <= {("image-too-large", "reproduce"), ("x-errors", "enum")}
    assert len(documented) <= 1


def iter_paths(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if path and path[-1] == "x-provenance":
        return
    yield path
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    for name, child in children:
        yield from iter_paths(child, (*path, str(name)))


def test_a_document_of_others_is_its_own_source_and_what_is_added_says_that_it_is_ours() -> None:
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/shoes": {
                "get": {
                    "parameters": [
                        {
                            "name": "q",
                            "in": "query",
                            "schema": {"maximum": 5, "type": "integer"},
                            "x-errors": {"maximum": "400"},
                        }
                    ],
                    "responses": {"200": {"description": "shoes"}},
                }
            }
        },
    }
    complete_document(document, "shoes", "specs/shoes.yaml")
    api = build_api("shoes", document)
    assert api.find_provenance("/paths/~1shoes/get/parameters/0/schema/maximum") == Source("documented", "shoes.yaml")
    assert api.find_provenance("/paths/~1shoes/get/parameters/0/x-errors/maximum") == Source("documented", "shoes.yaml")
    assert api.find_provenance("/paths/~1shoes/get/x-lookalike/errors/default").kind == "inferred"
    assert api.find_provenance("/paths/~1shoes/get/responses/400").kind == "invented"
    assert api.find_provenance("/x-lookalike/routing/not-found").kind == "invented"


def test_facts_are_counted_by_their_kind_and_what_a_reference_leads_to_once() -> None:
    assert count_facts(DOCUMENT) == {"documented": 5, "measured": 3, "inferred": 5, "invented": 7}


@pytest.mark.parametrize(
    "stated", ["the vendor", {"kind": "documented", "source": "x", "keywords": "none"}, {}, [], None]
)
def test_a_document_of_others_may_have_an_x_provenance_of_its_own_making(stated: Any) -> None:
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1", "x-provenance": stated},
        "x-provenance": stated,
        "paths": {
            "/shoes": {
                "get": {
                    "parameters": [
                        {"name": "q", "in": "query", "schema": {"type": "string"}, "x-errors": {"type": "400"}}
                    ],
                    "responses": {"200": {"description": "shoes"}},
                }
            }
        },
    }
    complete_document(document, "shoes", "shoes.yaml")
    api = build_api("shoes", document)
    own = Source("documented", "shoes.yaml")
    assert api.find_provenance("/paths/~1shoes/get/parameters/0/x-errors/type") == own
    title = own
    if isinstance(stated, dict) and "kind" in stated:
        title = Source("documented", "x")
    assert api.find_provenance("/info/title") == title


def test_what_a_file_says_in_our_words_is_its_own_word() -> None:
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "x-lookalike": {"secrets": ["q"], "errors": {"409": {"status": 409, "message": "sold out"}}},
        "paths": {
            "/shoes": {
                "get": {
                    "x-lookalike": {"body-limit": 5, "error-aliases": {}},
                    "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
                    "responses": {"200": {"description": "shoes"}},
                }
            }
        },
    }
    complete_document(document, "shoes", "shoes.yaml")
    api = build_api("shoes", document)
    own = Source("documented", "shoes.yaml")
    assert api.find_provenance("/x-lookalike/errors/409/message") == own
    assert api.find_provenance("/x-lookalike/secrets") == own
    assert api.find_provenance("/paths/~1shoes/get/x-lookalike/body-limit") == own
    assert api.find_provenance("/paths/~1shoes/get/x-lookalike/also-allowed").kind == "inferred"
    assert api.find_provenance("/x-lookalike/accounts").kind == "inferred"
    assert api.find_provenance("/x-lookalike/error-formats/lookalike").kind == "inferred"
