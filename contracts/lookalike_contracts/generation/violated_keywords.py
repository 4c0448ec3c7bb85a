"""Which keywords of its schema a parameter's value breaks, as openapi-core reads the request that it stands in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator
from openapi_core.casting.schemas.exceptions import CastError
from openapi_core.validation.request.exceptions import (
    MissingParameterError,
    MissingRequestBody,
    MissingRequestBodyError,
)

from lookalike_specs import Api, Field, Operation, load_api, read_document
from lookalike_specs.messages import Request
from lookalike_specs.references import resolve_operation
from lookalike_specs.registry import cache_per_api

from ..responses.openapi_adapter import to_operation_request

VALIDATORS: Final = {"3.0": V30RequestValidator, "3.1": V31RequestValidator}


def find_violated_keywords(api: Api, operation: Operation, field: Field, request: Request) -> tuple[str, ...]:
    """Return the keywords of a parameter's schema that a request breaks; empty where it breaks none.

    `required` is among them, and "" stands for any other way to be wrong.
    """
    # of this operation, whatever the request says: a wrong value may name another one, or none
    openapi_request = to_operation_request(api, operation, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated parameter may be used
        errors = list(_build_validator(api.id, operation.id, field.name).iter_errors(openapi_request))
    keywords = dict[str, None]()
    for error in errors:
        keywords.update(dict.fromkeys(_iter_keywords(error)))
    return tuple(keywords)


def _iter_keywords(error: Exception) -> Iterator[str]:
    schema_errors = getattr(error.__cause__, "schema_errors", ())
    if isinstance(error, MissingRequestBody):
        # one that is not required
        return
    if isinstance(error, MissingParameterError | MissingRequestBodyError):
        yield "required"
    elif isinstance(error.__cause__, CastError):
        # a text that is to be a number has no keyword of its own, as it never becomes a value of JSON
        yield "type"
    elif schema_errors:
        for schema_error in schema_errors:
            yield str(schema_error.validator)
    else:
        yield ""


@cache_per_api
def _build_validator(api: str, operation_id: str, name: str) -> Any:
    """Return a validator that knows of nothing but one parameter, which takes a fraction of the time."""
    operation = next(candidate for candidate in load_api(api).operations if candidate.id == operation_id)
    method = operation.pointer.rpartition("/")[2]
    server = next(iter(operation.servers), load_api(api).servers[0])
    version = read_document(api)["openapi"]
    node = _keep_parameter(_load_operation(api, operation.document_path, method), name)
    document: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "", "version": ""},
        "servers": [{"url": server}],
        "paths": {operation.document_path: {method: node}},
        # where a schema holds itself, a reference is left in it
        "components": {"schemas": read_document(api).get("components", {}).get("schemas", {})},
    }
    return VALIDATORS[version[:3]](SchemaPath.from_dict(document))


@cache_per_api
def _load_operation(api: str, path: str, method: str) -> dict[str, Any]:
    return resolve_operation(read_document(api), path, method)


def _keep_parameter(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an operation of a document without anything but one parameter, or one property of its body."""
    reduced: dict[str, Any] = {"responses": {"200": {"description": ""}}}
    parameters = [parameter for parameter in node["parameters"] if parameter["name"] == name]
    if parameters:
        return {**reduced, "parameters": parameters}
    if node["x-lookalike"].get("whole-body"):
        return {**reduced, "requestBody": node["requestBody"]}
    contents = {
        media_type: {"schema": _keep_property(content["schema"], name)}
        for media_type, content in node["requestBody"]["content"].items()
    }
    is_required = any(content["schema"]["required"] for content in contents.values())
    return {**reduced, "requestBody": {"required": is_required, "content": contents}}


def _keep_property(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: inner for key, inner in schema["properties"].items() if key == name},
        "required": [key for key in schema.get("required", ()) if key == name],
    }
