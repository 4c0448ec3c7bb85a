"""One path of the control API: which operation is meant, what was sent, what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import read
from .operation import ControlRequest, Deferred, ControlOperation, ControlContext
from .problem import ControlProblem, ProblemError


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
                query=read.parse_query(request, found.query_type),
                body=await read.parse_body(request, found.body_type, self._served.body_timeout),
            )
        )
        return _build_response(found, await run_in_threadpool(answer.compute) if isinstance(answer, Deferred) else answer)


def _build_response(operation: ControlOperation, answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    content = b"" if answer is None else msgspec.json.encode(answer)
    kept = {} if operation.is_open else {"cache-control": "no-store"}
    return Response(content, operation.status, kept, operation.media_type if content else None)


def render_problem(wrong: ProblemError) -> Response:
    """The answer that says what is wrong."""
    return Response(msgspec.json.encode(wrong.problem), wrong.status, wrong.headers, "application/json")
