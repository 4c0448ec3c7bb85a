"""The control API's own OpenAPI document, made of the table that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

import msgspec

from ..demands import Demand
from ..mock import Mock
from .operation import OWN, Operation
from .problem import Problem
from .wishes import Which

REF: Final = "#/components/schemas/{name}"
SECURITY: Final = "token"
CONVERTER: Final = re.compile(r":\w+}")
PARAMETER: Final = re.compile(r"{(\w+)}")
PICTURE: Final = {"type": "string", "contentMediaType": "image/jpeg"}
Schema = dict[str, Any]

TOLD: Final[Mapping[int, str]] = {
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
NAMES: Final[Mapping[str, Schema]] = {
    "id": {"description": "A sandbox, or `demo`, that of the demo accounts.", "example": "demo"},
    "name": {"description": "A picture, as its URL in an answer ends.", "example": "nobody.jpg"},
}


def document(operations: Iterable[Operation], mock: Mock) -> Schema:
    """OpenAPI 3.1, with the situations of what is served."""
    served, situations = tuple(operations), list(mock.sandboxes.home.situations())
    schemas, components = _schemas(kind for each in served for kind in (each.answer, each.body, Problem))
    _, queries = _schemas(each.query for each in served)
    for kind, known in ((Demand, components), (Which, queries)):
        known[kind.__name__]["properties"]["situation"]["enum"] = situations
    paths: dict[str, Schema] = {}
    for each in served:
        path = paths.setdefault(OWN + CONVERTER.sub("}", each.path), {})
        path[each.method.lower()] = _operation(each, schemas, queries)
    return _whole(paths, components)


def _schemas(kinds: Iterable[Any]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """The schema of each kind by its `repr`, and what they refer to."""
    named = {repr(kind): kind for kind in kinds if kind}
    found, components = msgspec.json.schema_components(named.values(), ref_template=REF)
    for schema in components.values():
        schema["description"] = cleandoc(schema["description"])
    return dict(zip(named, found, strict=True)), components


def _whole(paths: Schema, schemas: Schema) -> Schema:
    title = "Lookalike control API"
    told = "Sandboxes of a running mock: made, changed, watched."
    info = {"title": title, "version": "1", "description": told, "license": {"name": "MIT", "identifier": "MIT"}}
    security = {SECURITY: {"type": "http", "scheme": "bearer", "description": "The control token of this start."}}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "security": [{SECURITY: []}],
        "paths": paths,
        "components": {"securitySchemes": security, "schemas": schemas},
    }


def _operation(operation: Operation, schemas: Mapping[str, Schema], queries: Mapping[str, Schema]) -> Schema:
    told: Schema = {"operationId": operation.id, "summary": operation.summary}
    if operation.is_open:
        told["security"] = []
    if parameters := [*_in_path(operation), *_in_query(operation, queries)]:
        told["parameters"] = parameters
    if operation.body is not None:
        required = any(field.required for field in msgspec.structs.fields(operation.body))
        content = {"application/json": {"schema": schemas[repr(operation.body)]}}
        told["requestBody"] = {"required": required, "content": content}
    answer = PICTURE if operation.answer is bytes else schemas.get(repr(operation.answer))
    good = {"content": {operation.media_type: {"schema": answer}}} if answer else {}
    problem = {"content": {"application/json": {"schema": schemas[repr(Problem)]}}}
    told["responses"] = {str(operation.status): {"description": TOLD[operation.status], **good}} | {
        str(int(status)): {"description": TOLD[status], **problem} for status in _refusals(operation)
    }
    return told


def _refusals(operation: Operation) -> list[int]:
    """The statuses that something wrong can bring."""
    found = {HTTPStatus.FORBIDDEN, *operation.refusals}
    if not operation.is_open:
        found.add(HTTPStatus.UNAUTHORIZED)
    if "{id}" in operation.path:
        found |= {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.MISDIRECTED_REQUEST}
    if operation.body is not None:
        found |= {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    if operation.query is not None:
        found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return sorted(found)


def _in_path(operation: Operation) -> Iterator[Schema]:
    for name in PARAMETER.findall(CONVERTER.sub("}", operation.path)):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **NAMES[name]}


def _in_query(operation: Operation, queries: Mapping[str, Schema]) -> Iterator[Schema]:
    if operation.query is not None:
        for name, schema in queries[operation.query.__name__]["properties"].items():
            yield {"name": name, "in": "query", "schema": schema}
