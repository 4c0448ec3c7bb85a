"""The control API's own OpenAPI document, made of the table that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

import msgspec

from ..mock import Mock
from ..sandbox.scheduled import ScheduledSituation
from .models import SituationQuery
from .operation import CONTROL_PREFIX, ControlOperation
from .problem import ControlProblem

SCHEMA_REF: Final = "#/components/schemas/{name}"
SECURITY_SCHEME: Final = "token"
PATH_CONVERTER: Final = re.compile(r":\w+}")
PATH_PARAMETER: Final = re.compile(r"{(\w+)}")
IMAGE_SCHEMA: Final = {"type": "string", "contentMediaType": "image/jpeg"}
JsonSchema = dict[str, Any]

STATUS_DESCRIPTIONS: Final[Mapping[int, str]] = {
    200: "Done.",
    201: "Made.",
    204: "Done.",
    400: "The body is not JSON.",
    401: "The token is missing or wrong.",
    403: "The host is not one that the control API may be asked by.",
    404: "There is none of that name.",
    408: "The body did not come in time.",
    409: "It cannot be done as things are.",
    410: "The sandbox is gone.",
    413: "The body is too long.",
    421: "The sandbox lives elsewhere, at `base_url`.",
    422: "Something in it has an unknown name, a wrong type, or a value out of its range.",
}
PATH_PARAMETER_SCHEMAS: Final[Mapping[str, JsonSchema]] = {
    "id": {"description": "A sandbox, or `demo`, that of the demo accounts.", "example": "demo"},
    "name": {"description": "A picture, as its URL in an answer ends.", "example": "nobody.jpg"},
}


def build_openapi(operations: Iterable[ControlOperation], mock: Mock) -> JsonSchema:
    """OpenAPI 3.1, with the situations of what is served."""
    served = tuple(operations)
    situations = list(mock.sandboxes.demo.iter_situations())
    schemas, components = _build_schemas(
        kind for each in served for kind in (each.response_type, each.body_type, ControlProblem)
    )
    _, queries = _build_schemas(each.query_type for each in served)
    for kind, known in ((ScheduledSituation, components), (SituationQuery, queries)):
        known[kind.__name__]["properties"]["situation"]["enum"] = situations
    paths: dict[str, JsonSchema] = {}
    for each in served:
        path = paths.setdefault(CONTROL_PREFIX + PATH_CONVERTER.sub("}", each.path), {})
        path[each.method.lower()] = _build_operation(each, schemas, queries)
    return _build_document(paths, components)


def _build_schemas(kinds: Iterable[Any]) -> tuple[dict[str, JsonSchema], dict[str, JsonSchema]]:
    """The schema of each kind by its `repr`, and what they refer to."""
    named = {repr(kind): kind for kind in kinds if kind}
    found, components = msgspec.json.schema_components(named.values(), ref_template=SCHEMA_REF)
    for schema in components.values():
        schema["description"] = cleandoc(schema["description"])
    return dict(zip(named, found, strict=True)), components


def _build_document(paths: JsonSchema, schemas: JsonSchema) -> JsonSchema:
    title = "Lookalike control API"
    told = "Sandboxes of a running mock: made, changed, watched."
    info = {"title": title, "version": "1", "description": told, "license": {"name": "MIT", "identifier": "MIT"}}
    security = {
        SECURITY_SCHEME: {"type": "http", "scheme": "bearer", "description": "The control token of this start."}
    }
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "security": [{SECURITY_SCHEME: []}],
        "paths": paths,
        "components": {"securitySchemes": security, "schemas": schemas},
    }


def _build_operation(
    operation: ControlOperation, schemas: Mapping[str, JsonSchema], queries: Mapping[str, JsonSchema]
) -> JsonSchema:
    told: JsonSchema = {"operationId": operation.operation_id, "summary": operation.summary}
    if operation.is_open:
        told["security"] = []
    if parameters := [*_list_path_parameters(operation), *_list_query_parameters(operation, queries)]:
        told["parameters"] = parameters
    if operation.body_type is not None:
        required = any(field.required for field in msgspec.structs.fields(operation.body_type))
        content = {"application/json": {"schema": schemas[repr(operation.body_type)]}}
        told["requestBody"] = {"required": required, "content": content}
    answer = IMAGE_SCHEMA if operation.response_type is bytes else schemas.get(repr(operation.response_type))
    good = {"content": {operation.media_type: {"schema": answer}}} if answer else {}
    problem = {"content": {"application/json": {"schema": schemas[repr(ControlProblem)]}}}
    told["responses"] = {str(operation.status): {"description": STATUS_DESCRIPTIONS[operation.status], **good}} | {
        str(int(status)): {"description": STATUS_DESCRIPTIONS[status], **problem}
        for status in _list_problem_statuses(operation)
    }
    return told


def _list_problem_statuses(operation: ControlOperation) -> list[int]:
    """The statuses that something wrong can bring."""
    found = {HTTPStatus.FORBIDDEN, *operation.problem_statuses}
    if not operation.is_open:
        found.add(HTTPStatus.UNAUTHORIZED)
    if "{id}" in operation.path:
        found |= {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.MISDIRECTED_REQUEST}
    if operation.body_type is not None:
        found |= {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    if operation.query_type is not None:
        found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return sorted(found)


def _list_path_parameters(operation: ControlOperation) -> Iterator[JsonSchema]:
    for name in PATH_PARAMETER.findall(PATH_CONVERTER.sub("}", operation.path)):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            **PATH_PARAMETER_SCHEMAS[name],
        }


def _list_query_parameters(operation: ControlOperation, queries: Mapping[str, JsonSchema]) -> Iterator[JsonSchema]:
    if operation.query_type is not None:
        for name, schema in queries[operation.query_type.__name__]["properties"].items():
            yield {"name": name, "in": "query", "schema": schema}
