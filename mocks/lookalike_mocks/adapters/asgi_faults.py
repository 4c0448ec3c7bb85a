"""Responses over ASGI: sent whole, or with a fault.

Two faults take time and need ASGI's messages only. The others break the connection, for which ASGI has no message; they
need the RawConnection that our own server puts into the scope.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.types import Receive, Scope, Send

from lookalike_specs.messages import Response

from ..faults import split_halves, split_pieces
from .raw_connection import EXTENSION, RawConnection

# so that a client reads what came before a reset; some systems throw away what was not read by then
RESET_DELAY = 0.1
NO_CONNECTION_REASON: Final = (
    "this ASGI server does not hand out its connections; use `lookalike serve` or `lookalike.serve()`"
)
# seconds -> whether the client is still there after them
WaitFunction = Callable[[float], Awaitable[bool]]


def get_raw_connection(scope: Scope) -> RawConnection | None:
    """Return the connection of a request under our own server; None under another one."""
    extensions: Mapping[str, Any] = scope.get("extensions") or {}
    return extensions.get(EXTENSION)


async def send_response(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the response, and carry out its fault if it has one."""
    if response.fault is None:
        await _send_whole(response, send)
        return
    kind = response.fault.kind
    connection = get_raw_connection(scope)
    if kind in MESSAGE_FAULTS:
        # the connection knows at once when its client has left; under other servers only a message tells
        wait = partial(_wait_for_disconnect, receive) if connection is None else connection.wait
        await MESSAGE_FAULTS[kind](response, wait, send)
    elif connection is not None:
        await CONNECTION_FAULTS[kind](response, connection)
    else:
        await _send_whole(_build_not_implemented(kind), send)


def _build_not_implemented(kind: str) -> Response:
    payload = {"error": f"no way to carry out the fault {kind}: {NO_CONNECTION_REASON}", "fault": kind}
    return Response(status=HTTPStatus.NOT_IMPLEMENTED, body=msgspec.json.encode(payload))


async def _wait_for_disconnect(receive: Receive, seconds: float) -> bool:
    """Let time pass. Return False as soon as a message says that the client has left."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                # messages with the rest of a body may come first
                message = await receive()
                if message["type"] == "http.disconnect":
                    return False
    return True


async def _send_start(response: Response, send: Send) -> None:
    headers = list(response.headers)
    # a response without a body has no media type
    if response.media_type:
        headers.insert(0, (b"content-type", response.media_type.encode()))
    # a 204 has no body, and RFC 9110 forbids it to say how long the body is
    if response.status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})


async def _send_whole(response: Response, send: Send) -> None:
    await _send_start(response, send)
    await send({"type": "http.response.body", "body": response.body})


async def _send_late(response: Response, wait: WaitFunction, send: Send) -> None:
    if await wait(_get_fault_seconds(response)):
        await _send_whole(response, send)


async def _send_slowly(response: Response, wait: WaitFunction, send: Send) -> None:
    await _send_start(response, send)
    pieces = split_pieces(response.body)
    for piece in pieces:
        if not await wait(_get_fault_seconds(response) / len(pieces)):
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _get_fault_seconds(response: Response) -> float:
    if response.fault is None:
        return 0.0
    return response.fault.seconds


async def _reset_before(_: Response, connection: RawConnection) -> None:
    await connection.reset()


async def _reset_inside(response: Response, connection: RawConnection) -> None:
    head = _encode_sized_head(response, connection, len(response.body))
    await connection.write(head, split_halves(response.body)[0])
    await connection.wait(RESET_DELAY)
    await connection.reset()


async def _send_truncated(response: Response, connection: RawConnection) -> None:
    head = _encode_sized_head(response, connection, len(response.body))
    await connection.write(head, split_halves(response.body)[0])
    await connection.end()


async def _send_too_long(response: Response, connection: RawConnection) -> None:
    head = _encode_sized_head(response, connection, len(split_halves(response.body)[0]))
    await connection.write(head, response.body)
    await connection.end()


async def _send_malformed_chunk(response: Response, connection: RawConnection) -> None:
    first, second = split_halves(response.body)
    head = connection.encode_response_head(response, b"transfer-encoding: chunked")
    good_chunk = b""
    # a chunk of size 0 would be the end of the body, and a good one
    if first:
        good_chunk = b"%x\r\n%b\r\n" % (len(first), first)
    await connection.write(head, good_chunk, b"no-number\r\n%b\r\n" % second)
    await connection.end()


async def _set_wrong_certificate(response: Response, connection: RawConnection) -> None:
    # a client meets the certificate in the handshake of its next connection, so it has to lose this one
    if response.fault is not None:
        connection.present_wrong(response.fault.is_wanted)
    await connection.reset()


def _encode_sized_head(response: Response, connection: RawConnection, size: int) -> bytes:
    return connection.encode_response_head(response, b"content-length: %d" % size)


MESSAGE_FAULTS: Final[Mapping[str, Callable[[Response, WaitFunction, Send], Awaitable[None]]]] = {
    "latency": _send_late,
    "slow-body": _send_slowly,
}
CONNECTION_FAULTS: Final[Mapping[str, Callable[[Response, RawConnection], Awaitable[None]]]] = {
    "reset-before": _reset_before,
    "reset-inside": _reset_inside,
    "truncated-body": _send_truncated,
    "wrong-content-length": _send_too_long,
    "malformed-chunk": _send_malformed_chunk,
    "wrong-certificate": _set_wrong_certificate,
}
