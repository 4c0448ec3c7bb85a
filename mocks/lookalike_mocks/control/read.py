"""What a request says: its query and its body, held to what its operation takes."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request

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
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, ControlProblem(error=f"the body did not come within {seconds:g} s")) from late
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
