"""The control API's own OpenAPI document, built from the table that serves it, so that the two cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

import msgspec

from lookalike_specs.answer_edits import AnswerEdits

from ..faults import FAULTS
from ..mock import Mock
from ..sandbox.scheduled import ScheduledSituation
from .models import SituationQuery
from .operation import CONTROL_PREFIX, ControlOperation
from .problem import ControlProblem

SCHEMA_REF: Final = "#/components/schemas/{name}"
SECURITY_SCHEME: Final = "token"
# Starlette writes {name:path} where OpenAPI writes {name}
PATH_CONVERTER: Final = re.compile(r":\w+}")
PATH_PARAMETER: Final = re.compile(r"{(\w+)}")
IMAGE_SCHEMA: Final = {"type": "string", "contentMediaType": "image/jpeg"}
JsonSchema = dict[str, Any]

STATUS_DESCRIPTIONS: Final[Mapping[int, str]] = {
    200: "Done.",
    201: "Created.",
    204: "Done.",
    400: "The body is not JSON.",
    401: "The token is missing or wrong.",
    403: "The control API does not answer by this host name.",
    404: "Nothing has that name.",
    408: "The body did not come in time.",
    409: "The state of the server or sandbox does not allow it.",
    410: "The sandbox is gone.",
    413: "The body is too long.",
    421: "The sandbox lives elsewhere, at `base_url`.",
    422: "A field or parameter has an unknown name, a wrong type, or a value out of its range.",
}
PATH_PARAMETER_SCHEMAS: Final[Mapping[str, JsonSchema]] = {
    "id": {"description": "A sandbox, or `demo`, that of the demo accounts.", "example": "demo"},
    "name": {"description": "The last part of an image's URL in a response.", "example": "nobody.jpg"},
}


def build_openapi(operations: Iterable[ControlOperation], mock: Mock) -> JsonSchema:
    """Return the OpenAPI 3.1 document of these operations, with the situations of what the mock serves."""
    operations = tuple(operations)
    models = [
        model
        for operation in operations
        for model in (operation.response_type, operation.body_type, ControlProblem)
        if model
    ]
    schemas, components = _build_schemas(models)
    # a query's model is spread over parameters, so its schema is no component of the document
    query_models = [operation.query_type for operation in operations if operation.query_type]
    _, queries = _build_schemas(query_models)
    # which situations there are is only known at run time, so no annotation of a model can list them
    situations = list(mock.sandboxes.demo.iter_situations())
    scheduled = components[ScheduledSituation.__name__]
    scheduled["properties"]["situation"]["enum"] = situations
    scheduled["anyOf"] = _list_operation_choices(mock)
    queries[SituationQuery.__name__]["properties"]["situation"]["enum"] = situations
    operation_ids = {operation.id for service in mock.services.values() for operation in service.api.operations}
    components[AnswerEdits.__name__]["properties"]["operation"]["enum"] = ["", *sorted(operation_ids)]
    paths: dict[str, JsonSchema] = {}
    for operation in operations:
        path = CONTROL_PREFIX + PATH_CONVERTER.sub("}", operation.path)
        path_item = paths.setdefault(path, {})
        path_item[operation.method.lower()] = _build_operation(operation, schemas, queries)
    return _build_document(paths, components)


def _list_operation_choices(mock: Mock) -> list[JsonSchema]:
    """Return what may stand together: no operation with any situation, an operation with those that it can be in."""
    situations_by_operation: dict[str, list[str]] = {}
    for api_id, service in mock.services.items():
        for operation in service.api.operations:
            names = (*service.api.list_situations(operation), *FAULTS)
            # two APIs may have operations of one name, as Daji's uploads have
            situations_by_operation.setdefault(operation.id, []).extend(f"{api_id}/{name}" for name in names)
    choices: list[JsonSchema] = [{"properties": {"operation": {"const": ""}}}]
    for operation_id, situations in situations_by_operation.items():
        properties = {"operation": {"const": operation_id}, "situation": {"enum": situations}}
        choices.append({"required": ["operation"], "properties": properties})
    return choices


def _build_schemas(models: Iterable[Any]) -> tuple[dict[str, JsonSchema], dict[str, JsonSchema]]:
    """Return the schema of each model by the model's `repr`, and the components that those refer to."""
    # by repr, as dict[str, Any] is a model too and has no name of its own
    by_repr = {repr(model): model for model in models}
    schemas, components = msgspec.json.schema_components(by_repr.values(), ref_template=SCHEMA_REF)
    for schema in components.values():
        schema["description"] = cleandoc(schema["description"])
    return dict(zip(by_repr, schemas, strict=True)), components


def _build_document(paths: JsonSchema, schemas: JsonSchema) -> JsonSchema:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lookalike control API",
            "version": "1",
            "description": "Create, change and watch the sandboxes of a running mock.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{SECURITY_SCHEME: []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                SECURITY_SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The control token of this start.",
                }
            },
            "schemas": schemas,
        },
    }


def _build_operation(
    operation: ControlOperation, schemas: Mapping[str, JsonSchema], queries: Mapping[str, JsonSchema]
) -> JsonSchema:
    document: JsonSchema = {"operationId": operation.operation_id, "summary": operation.summary}
    if operation.is_open:
        document["security"] = []
    parameters = [*_iter_path_parameters(operation), *_iter_query_parameters(operation, queries)]
    if parameters:
        document["parameters"] = parameters
    if operation.body_type is not None:
        is_required = any(field.required for field in msgspec.structs.fields(operation.body_type))
        content = {"application/json": {"schema": schemas[repr(operation.body_type)]}}
        document["requestBody"] = {"required": is_required, "content": content}
    document["responses"] = _build_responses(operation, schemas)
    return document


def _build_responses(operation: ControlOperation, schemas: Mapping[str, JsonSchema]) -> JsonSchema:
    response: JsonSchema = {"description": STATUS_DESCRIPTIONS[operation.status]}
    if operation.response_type is bytes:
        response["content"] = {operation.media_type: {"schema": IMAGE_SCHEMA}}
    elif operation.response_type is not None:
        response["content"] = {operation.media_type: {"schema": schemas[repr(operation.response_type)]}}
    responses = {str(operation.status): response}
    problem = {"application/json": {"schema": schemas[repr(ControlProblem)]}}
    for status in _list_problem_statuses(operation):
        responses[str(int(status))] = {"description": STATUS_DESCRIPTIONS[status], "content": problem}
    return responses


def _list_problem_statuses(operation: ControlOperation) -> list[int]:
    """Return every status of a problem, in order: the guard's, the path's, the body's, the operation's own."""
    statuses = {HTTPStatus.FORBIDDEN, *operation.problem_statuses}
    if not operation.is_open:
        statuses.add(HTTPStatus.UNAUTHORIZED)
    if "{id}" in operation.path:
        statuses |= {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.MISDIRECTED_REQUEST}
    if operation.body_type is not None:
        statuses |= {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    if operation.query_type is not None:
        statuses.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return sorted(statuses)


def _iter_path_parameters(operation: ControlOperation) -> Iterator[JsonSchema]:
    for name in PATH_PARAMETER.findall(PATH_CONVERTER.sub("}", operation.path)):
        fixed = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        yield {**fixed, **PATH_PARAMETER_SCHEMAS[name]}


def _iter_query_parameters(operation: ControlOperation, queries: Mapping[str, JsonSchema]) -> Iterator[JsonSchema]:
    if operation.query_type is None:
        return
    for name, schema in queries[operation.query_type.__name__]["properties"].items():
        yield {"name": name, "in": "query", "schema": schema}
