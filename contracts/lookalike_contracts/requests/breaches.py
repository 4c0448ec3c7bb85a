"""Which rules of its schema a parameter's value breaks, as openapi-core reads the request that it stands in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator
from openapi_core.casting.schemas.exceptions import CastError
from openapi_core.validation.request.exceptions import MissingParameterError, MissingRequestBodyError

from lookalike_specs import Api, Field, Operation, load_api, read_document
from lookalike_specs.document import resolve_operation as in_document
from lookalike_specs.wire import Request

from ..answers.exchange import OpenAPIRequest, to_openapi_request

VALIDATORS: Final = {"3.0": V30RequestValidator, "3.1": V31RequestValidator}
BODY_LOCATIONS: Final = ("json", "form", "file")


def find_violated_keywords(api: Api, operation: Operation, field: Field, request: Request) -> tuple[str, ...]:
    """The keywords of a parameter's schema that a request breaks, `required` among them; "" stands for any other way.

    Empty where it breaks none.
    """
    asked = to_openapi_request(api, request)
    meant = OpenAPIRequest(request, asked.host_url, operation.document_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated parameter may be used
        errors = list(_build_validator(api.id, operation.id, field.name).iter_errors(meant))
    return tuple(dict.fromkeys(keyword for error in errors for keyword in _iter_keywords(error)))


def _iter_keywords(error: Exception) -> Iterator[str]:
    cause = error.__cause__
    if isinstance(error, MissingParameterError | MissingRequestBodyError):
        yield "required"
    elif isinstance(cause, CastError):
        yield "type"
    elif broken := getattr(cause, "schema_errors", ()):
        yield from (str(each.validator) for each in broken)
    else:
        yield ""


@cache
def _build_validator(api: str, operation: str, field: str) -> Any:
    """A validator that knows of nothing but this parameter, which takes a fraction of the time."""
    meant = next(each for each in load_api(api).operations if each.id == operation)
    server = next(iter(meant.servers), load_api(api).servers[0])
    method, version = meant.pointer.rpartition("/")[2], read_document(api)["openapi"]
    only: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "", "version": ""},
        "servers": [{"url": server}],
        "paths": {meant.document_path: {method: _keep_parameter(_load_operation(api, meant.document_path, method), field)}},
    }
    return VALIDATORS[version[:3]](SchemaPath.from_dict(only))


@cache
def _load_operation(api: str, template: str, method: str) -> dict[str, Any]:
    return in_document(read_document(api), template, method)


def _keep_parameter(node: Mapping[str, Any], field: str) -> dict[str, Any]:
    """An operation without anything but one parameter."""
    kept: dict[str, Any] = {"responses": {"200": {"description": ""}}}
    if parameters := [each for each in node["parameters"] if each["name"] == field]:
        return kept | {"parameters": parameters}
    contents = {name: {"schema": _keep_property(each["schema"], field)} for name, each in node["requestBody"]["content"].items()}
    needed = any(each["schema"]["required"] for each in contents.values())
    return kept | {"requestBody": {"required": needed, "content": contents}}


def _keep_property(schema: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The schema of a body with but one property."""
    properties = {name: inner for name, inner in schema["properties"].items() if name == field}
    return {
        "type": "object",
        "properties": properties,
        "required": [n for n in schema.get("required", ()) if n == field],
    }
