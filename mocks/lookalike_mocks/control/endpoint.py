"""What a request says: its query and its body, held to what its operation takes."""

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

from .operation import ControlContext, ControlOperation, ControlRequest, Deferred
from .problem import ControlProblem, ProblemError, build_validation_problem

MAX_BODY_BYTES: Final = 64 * 1024
EMPTY_OBJECT: Final = b"{}"


def parse_query(request: Request, kind: Any) -> Any:
    """The query as that kind of value; None where it does not matter. Raises Wrong."""
    if kind is None:
        return None
    pairs = request.query_params.multi_items()
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, ControlProblem(error="a parameter stands twice"))
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as found:
        raise build_validation_problem(found, kind) from found


async def parse_body(request: Request, kind: Any, seconds: float) -> Any:
    """The body as that kind of value, if it comes within that time; without one it is an empty object. Raises Wrong."""
    if kind is None:
        return None
    try:
        async with asyncio.timeout(seconds):
            data = await _read_bytes(request)
    except TimeoutError as late:
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT, ControlProblem(error=f"the body did not come within {seconds:g} s")
        ) from late
    try:
        return msgspec.convert(_convert_whole_floats(msgspec.json.decode(data or EMPTY_OBJECT)), kind)
    except msgspec.ValidationError as found:
        raise build_validation_problem(found, kind) from found
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as found:
        raise ProblemError(HTTPStatus.BAD_REQUEST, ControlProblem(error=f"the body is not JSON: {found}")) from found


def _convert_whole_floats(value: Any) -> Any:
    """JSON Schema has no other 1 than 1.0."""
    if isinstance(value, dict):
        return {name: _convert_whole_floats(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_convert_whole_floats(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def _read_bytes(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            told = f"a body has at most {MAX_BODY_BYTES} bytes"
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ControlProblem(error=told))
    return bytes(data)


class Resource:
    """The operations of one path."""

    def __init__(self, operations: Iterable[ControlOperation], served: ControlContext) -> None:
        self._operations = {each.method: each for each in operations}
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises Wrong."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        found = self._operations.get(request.method)
        if found is None:
            allow = ", ".join(sorted(self._operations))
            told = ControlProblem(error=f"{request.method[:20]} is not for this path", allowed=sorted(self._operations))
            raise ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, told, {"allow": allow})
        answer = found.handler(
            ControlRequest(
                self._served,
                base_url=self._served.mock.sandboxes.identity.base_url or str(request.base_url).rstrip("/"),
                resource_name=next(iter(request.path_params.values()), ""),
                query=parse_query(request, found.query_type),
                body=await parse_body(request, found.body_type, self._served.body_timeout),
            )
        )
        return _build_response(
            found, await run_in_threadpool(answer.compute) if isinstance(answer, Deferred) else answer
        )


def _build_response(operation: ControlOperation, answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    content = b"" if answer is None else msgspec.json.encode(answer)
    kept = {} if operation.is_open else {"cache-control": "no-store"}
    return Response(content, operation.status, kept, operation.media_type if content else None)


def render_problem(wrong: ProblemError) -> Response:
    """The answer that says what is wrong."""
    return Response(msgspec.json.encode(wrong.problem), wrong.status, wrong.headers, "application/json")
