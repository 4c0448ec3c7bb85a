"""Every document is sound by tools that nobody here wrote, and every fact in it says where it is from."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from openapi_schema_validator import OAS30Validator, OAS31Validator
from openapi_spec_validator import validate
from schemathesis.core.result import Ok

from lookalike_specs import list_api_ids, load_api, read_document
from lookalike_specs.references import resolve_refs

KINDS = {"documented", "measured", "inferred", "invented"}
SEEDS = {
    "daji-1688": "000_31e3153aeaa750fb.txt",
    "daji-taobao": "001_cc084f7e91b97419.txt",
    "hiobuy": "002_481bc6678568118b.txt",
    "tmapi": "003_93ac8cadcc789942.txt",
    "aliyun": "004_a8a7df40079975a4.txt",
}
STRUCTURE = {"x-provenance", "openapi", "$ref"}


@pytest.mark.parametrize("api", list_api_ids())
def test_the_document_is_valid_openapi(api: str) -> None:
    validate(read_document(api))


@pytest.mark.parametrize("api", list_api_ids())
def test_schemathesis_loads_it(api: str) -> None:
    schema = schemathesis.openapi.from_dict(read_document(api))
    results = list(schema.get_all_operations())
    operations = [result.ok() for result in results if isinstance(result, Ok)]
    assert len(operations) == len(results)
    assert [operation.label for operation in operations] == [
        f"{operation.method} {operation.document_path}" for operation in load_api(api).operations
    ]


@pytest.mark.parametrize("api", list_api_ids())
def test_every_fact_has_provenance(api: str) -> None:
    bare = [where for where, origin in facts(read_document(api), "", None) if origin is None]
    assert not bare


@pytest.mark.parametrize("api", list_api_ids())
def test_documented_facts_name_the_vendors_document(api: str) -> None:
    sources = [source for kind, source in origins(read_document(api)) if kind == "documented"]
    page = next(name for name, entry in load_api(api).root.sources.items() if entry.file == SEEDS[api])
    assert len([source for source in sources if page in source]) >= 20
    assert not [source for _, source in origins(read_document(api)) if ".txt" in source]
    assert all(source.strip() for _, source in origins(read_document(api)))


@pytest.mark.parametrize("api", list_api_ids())
def test_every_example_fits_its_schema(api: str) -> None:
    document = resolve_refs(read_document(api), read_document(api))
    checked = 0
    for where, example, schema in examples(document, ""):
        errors = [error.message for error in checker(api, schema).iter_errors(example)]
        assert not errors, where
        checked += 1
    assert checked > 5


@pytest.mark.parametrize("api", list_api_ids())
def test_every_error_has_a_status_that_is_documented(api: str) -> None:
    loaded = load_api(api)
    transports = loaded.root.error_formats
    fixed = {str(transport.status) for transport in transports.values() if isinstance(transport.status, int)}
    for error in loaded.root.errors.values():
        for operation in [known for known in loaded.operations if not error.operations or known.id in error.operations]:
            documented = loaded.document["paths"][operation.document_path][operation.method.lower()]["responses"]
            assert {str(error.status)} | fixed <= set(documented), (operation.id, error)


def facts(node: Any, where: str, origin: Any) -> Iterator[tuple[str, Any]]:
    """Every scalar of a document, and the nearest provenance above it."""
    if isinstance(node, dict):
        here = node.get("x-provenance", origin)
        named = here.get("keywords", {}) if isinstance(here, dict) else {}
        for key, value in node.items():
            if key not in STRUCTURE:
                yield from facts(value, f"{where}/{key}", named.get(key, here))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from facts(value, f"{where}/{place}", origin)
    else:
        yield where, origin


def origins(node: Any) -> Iterator[tuple[str, str]]:
    """Every provenance of a document, its kind checked."""
    if isinstance(node, dict):
        provenance = node.get("x-provenance")
        if isinstance(provenance, dict):
            # a keyword can come from somewhere else than the rest of its schema
            for origin in (provenance, *provenance.get("keywords", {}).values()):
                assert origin["kind"] in KINDS
                yield origin["kind"], origin["source"]
        for key, value in node.items():
            if key != "x-provenance":
                yield from origins(value)
    elif isinstance(node, list):
        for value in node:
            yield from origins(value)


def examples(node: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Every example of a document with the schema that it has to fit."""
    if isinstance(node, dict):
        schema = node.get("schema")
        if isinstance(schema, dict):
            yield from (
                (f"{where}/example", node[key], schema) for key in ("example",) if key in node and node[key] != ""
            )
            yield from (
                (f"{where}/{name}", example["value"], schema) for name, example in node.get("examples", {}).items()
            )
        for key, value in node.items():
            if not key.startswith("x-") and key != "example":
                yield from examples(value, f"{where}/{key}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from examples(value, f"{where}/{place}")


def checker(api: str, schema: Any) -> Any:
    return (OAS30Validator if read_document(api)["openapi"].startswith("3.0") else OAS31Validator)(schema)


@pytest.mark.parametrize("api", list_api_ids())
def test_lists_of_tokens_are_in_the_data(api: str) -> None:
    spec = load_api(api)
    for operation in spec.operations:
        for names in operation.extension.token_lists.values():
            assert names
            assert set(names) <= set(spec.root.data)
