"""What a request says: its query and its body, held to what its operation takes."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request

from .problem import Problem, Wrong, invalid

MOST_BYTES: Final = 64 * 1024
EMPTY: Final = b"{}"


def query(request: Request, kind: Any) -> Any:
    """The query as that kind of value; None where it does not matter. Raises Wrong."""
    if kind is None:
        return None
    pairs = request.query_params.multi_items()
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, Problem(error="a parameter stands twice"))
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as found:
        raise invalid(found, kind) from found


async def body(request: Request, kind: Any, seconds: float) -> Any:
    """The body as that kind of value, if it comes within that time; without one it is an empty object. Raises Wrong."""
    if kind is None:
        return None
    try:
        async with asyncio.timeout(seconds):
            data = await _bytes(request)
    except TimeoutError as late:
        raise Wrong(HTTPStatus.REQUEST_TIMEOUT, Problem(error=f"the body did not come within {seconds:g} s")) from late
    try:
        return msgspec.convert(_integers(msgspec.json.decode(data or EMPTY)), kind)
    except msgspec.ValidationError as found:
        raise invalid(found, kind) from found
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as found:
        raise Wrong(HTTPStatus.BAD_REQUEST, Problem(error=f"the body is not JSON: {found}")) from found


def _integers(value: Any) -> Any:
    """JSON Schema has no other 1 than 1.0."""
    if isinstance(value, dict):
        return {name: _integers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_integers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def _bytes(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            told = f"a body has at most {MOST_BYTES} bytes"
            raise Wrong(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Problem(error=told))
    return bytes(data)
