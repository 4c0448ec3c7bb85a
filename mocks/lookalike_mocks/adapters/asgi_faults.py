"""A body in parts, as faults send it."""

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

from .raw_connection import EXTENSION, RawConnection

PIECE_COUNT = 10


def split_halves(body: bytes) -> tuple[bytes, bytes]:
    """What comes before the middle, and what after it."""
    middle = len(body) // 2
    return body[:middle], body[middle:]


def split_pieces(body: bytes) -> tuple[bytes, ...]:
    """PIECES of about one size, or as many as there are bytes."""
    size = max(-(-len(body) // PIECE_COUNT), 1)
    return tuple(body[at : at + size] for at in range(0, len(body), size))


# so that a client reads what came before a reset; some systems throw it away
RESET_DELAY = 0.1
NEEDS_RAW_CONNECTION: Final = (
    "this ASGI server does not hand out its connections; use `lookalike serve` or `lookalike.serve()`"
)
# seconds -> whether the client is still there after them
WaitFunction = Callable[[float], Awaitable[bool]]


def get_prepared_response(scope: Scope) -> Response | None:
    """The answer that was found before the request went through ASGI."""
    wire = _get_raw_connection(scope)
    return None if wire is None else wire.response


async def send_response(reply: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the reply, and carry out its fault if it has one."""
    if reply.fault is None:
        await _send_whole(reply, send)
        return
    kind = reply.fault.kind
    wire = _get_raw_connection(scope)
    if kind in MESSAGE_FAULTS:
        await MESSAGE_FAULTS[kind](reply, partial(_wait_for_disconnect, receive) if wire is None else wire.wait, send)
    elif wire is not None:
        await CONNECTION_FAULTS[kind](reply, wire)
    else:
        told = {"error": f"no way to carry out the fault {kind}: {NEEDS_RAW_CONNECTION}", "fault": kind}
        await _send_whole(Response(status=HTTPStatus.NOT_IMPLEMENTED, body=msgspec.json.encode(told)), send)


def _get_raw_connection(scope: Scope) -> RawConnection | None:
    extensions: Mapping[str, Any] = scope.get("extensions") or {}
    return extensions.get(EXTENSION)


async def _wait_for_disconnect(receive: Receive, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
            return False
    return True


async def _send_start(reply: Response, send: Send) -> None:
    named = [(b"content-type", reply.media_type.encode())] if reply.media_type else []
    headers = [*named, *reply.headers]
    if reply.status != HTTPStatus.NO_CONTENT:  # which has no body, and must not say how long it is
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send_whole(reply: Response, send: Send) -> None:
    await _send_start(reply, send)
    await send({"type": "http.response.body", "body": reply.body})


async def _send_late(reply: Response, rest: WaitFunction, send: Send) -> None:
    if await rest(_fault_seconds(reply)):
        await _send_whole(reply, send)


async def _send_slowly(reply: Response, rest: WaitFunction, send: Send) -> None:
    await _send_start(reply, send)
    parts = split_pieces(reply.body)
    for part in parts:
        if not await rest(_fault_seconds(reply) / len(parts)):
            return
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _fault_seconds(reply: Response) -> float:
    return reply.fault.seconds if reply.fault is not None else 0.0


async def _reset_before(_: Response, wire: RawConnection) -> None:
    await wire.reset()


async def _reset_inside(reply: Response, wire: RawConnection) -> None:
    await wire.write(_encode_sized_head(reply, wire, len(reply.body)), split_halves(reply.body)[0])
    await wire.wait(RESET_DELAY)
    await wire.reset()


async def _send_truncated(reply: Response, wire: RawConnection) -> None:
    await wire.write(_encode_sized_head(reply, wire, len(reply.body)), split_halves(reply.body)[0])
    await wire.end()


async def _send_too_long(reply: Response, wire: RawConnection) -> None:
    await wire.write(_encode_sized_head(reply, wire, len(split_halves(reply.body)[0])), reply.body)
    await wire.end()


async def _send_malformed_chunk(reply: Response, wire: RawConnection) -> None:
    first, second = split_halves(reply.body)
    good = b"%x\r\n%b\r\n" % (len(first), first) if first else b""
    await wire.write(
        wire.encode_response_head(reply, b"transfer-encoding: chunked"), good, b"no-number\r\n%b\r\n" % second
    )
    await wire.end()


async def _set_wrong_certificate(_: Response, wire: RawConnection) -> None:
    wire.present_wrong()
    await wire.reset()


def _encode_sized_head(reply: Response, wire: RawConnection, size: int) -> bytes:
    return wire.encode_response_head(reply, b"content-length: %d" % size)


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
