"""One path of the control API: its query and body are validated, its handler is called, its response is built."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .operation import MEASURE_BODIES_KEY, ControlContext, ControlOperation, ControlRequest, Deferred
from .problem import ControlProblem, ProblemError, build_validation_problem

MAX_CONTROL_BODY_BYTES: Final = 64 * 1024
MAX_METHOD_LENGTH: Final = 20  # of what a client calls a method, in a message of ours
EMPTY_OBJECT: Final = b"{}"


def parse_query(request: Request, kind: Any) -> Any:
    """Return the query as an instance of `kind`, or None where the operation reads none. Raise ProblemError."""
    if kind is None:
        return None
    pairs = request.query_params.multi_items()
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, ControlProblem(error="a parameter stands twice"))
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise build_validation_problem(error, kind) from error


async def parse_body(request: Request, kind: Any, seconds: float) -> Any:
    """Return the JSON body as an instance of `kind`, or None where the operation reads none.

    No body at all counts as an empty object. Raise ProblemError for one that is no JSON, does not validate, is too
    long, or does not come within `seconds`.
    """
    if kind is None:
        return None
    try:
        async with asyncio.timeout(seconds):
            data = await _read_bytes(request)
    except TimeoutError as error:
        problem = ControlProblem(error=f"the body did not come within {seconds:g} s")
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, problem) from error
    try:
        return msgspec.convert(_convert_whole_floats(msgspec.json.decode(data or EMPTY_OBJECT)), kind)
    except msgspec.ValidationError as error:
        raise build_validation_problem(error, kind) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, ControlProblem(error=f"the body is not JSON: {error}")) from error


def _convert_whole_floats(value: Any) -> Any:
    # JSON Schema knows one 1: what the OpenAPI document allows as an integer includes 1.0, which msgspec refuses
    if isinstance(value, dict):
        return {name: _convert_whole_floats(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_convert_whole_floats(element) for element in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


async def _read_bytes(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_CONTROL_BODY_BYTES:
            problem = ControlProblem(error=f"a body has at most {MAX_CONTROL_BODY_BYTES} bytes")
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)
    return bytes(data)


class Resource:
    """The operations of one path, by method."""

    def __init__(self, operations: Iterable[ControlOperation], context: ControlContext) -> None:
        self._operations = {operation.method: operation for operation in operations}
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        operation = self._select_operation(request.method)
        answer = operation.handler(
            ControlRequest(
                self._context,
                # a worker's own URL leads to this process; the shared port's may lead to another
                base_url=self._context.mock.sandboxes.identity.base_url or str(request.base_url).rstrip("/"),
                resource_name=next(iter(request.path_params.values()), ""),
                query=parse_query(request, operation.query_type),
                body=await parse_body(request, operation.body_type, self._context.body_timeout),
                measure_bodies=request.scope.get("state", {}).get(MEASURE_BODIES_KEY),
            )
        )
        if isinstance(answer, Deferred):
            # redacting a full journal takes seconds, and the vendors' clients wait on this loop
            answer = await run_in_threadpool(answer.compute)
        return _build_response(operation, answer)

    def _select_operation(self, method: str) -> ControlOperation:
        operation = self._operations.get(method)
        if operation is None:
            allowed = sorted(self._operations)
            problem = ControlProblem(error=f"{method[:MAX_METHOD_LENGTH]} is not for this path", allowed=allowed)
            raise ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, problem, {"allow": ", ".join(allowed)})
        return operation


def _build_response(operation: ControlOperation, answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    # what needs the token holds credentials or journals: no proxy may keep it
    headers = {} if operation.is_open else {"cache-control": "no-store"}
    if answer is None:
        return Response(status_code=operation.status, headers=headers)
    return Response(msgspec.json.encode(answer), operation.status, headers, operation.media_type)


def render_problem(error: ProblemError) -> Response:
    """Return the JSON response that says what is wrong."""
    return Response(msgspec.json.encode(error.problem), error.status, error.headers, "application/json")
