"""How an answer leaves: whole, or with its fault."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.types import Receive, Scope, Send

from lookalike_specs.wire import Reply

from .pieces import halves, pieces
from .wire import EXTENSION, Wire

# so that a client reads what came before a reset; some systems throw it away
PAUSE = 0.1
NEEDS: Final = "this ASGI server does not hand out its connections; use `lookalike serve` or `lookalike.serve()`"
# seconds -> whether the client is still there after them
Rest = Callable[[float], Awaitable[bool]]


def given(scope: Scope) -> Reply | None:
    """The answer that was found before the request went through ASGI."""
    wire = _wire(scope)
    return None if wire is None else wire.reply


async def deliver(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the reply, and carry out its fault if it has one."""
    if reply.fault is None:
        await _whole(reply, send)
        return
    kind, wire = reply.fault.kind, _wire(scope)
    if kind in BY_MESSAGES:
        await BY_MESSAGES[kind](reply, partial(_rest, receive) if wire is None else wire.rest, send)
    elif wire is not None:
        await BY_WIRE[kind](reply, wire)
    else:
        told = {"error": f"no way to carry out the fault {kind}: {NEEDS}", "fault": kind}
        await _whole(Reply(status=HTTPStatus.NOT_IMPLEMENTED, body=msgspec.json.encode(told)), send)


def _wire(scope: Scope) -> Wire | None:
    extensions: Mapping[str, Any] = scope.get("extensions") or {}
    return extensions.get(EXTENSION)


async def _rest(receive: Receive, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
            return False
    return True


async def _start(reply: Reply, send: Send) -> None:
    headers = [(b"content-type", reply.media_type.encode()), *reply.headers]
    if reply.status != HTTPStatus.NO_CONTENT:  # which has no body, and must not say how long it is
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _whole(reply: Reply, send: Send) -> None:
    await _start(reply, send)
    await send({"type": "http.response.body", "body": reply.body})


async def _late(reply: Reply, rest: Rest, send: Send) -> None:
    if await rest(_seconds(reply)):
        await _whole(reply, send)


async def _slow(reply: Reply, rest: Rest, send: Send) -> None:
    await _start(reply, send)
    parts = pieces(reply.body)
    for part in parts:
        if not await rest(_seconds(reply) / len(parts)):
            return
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _seconds(reply: Reply) -> float:
    return reply.fault.seconds if reply.fault is not None else 0.0


async def _reset_before(_: Reply, wire: Wire) -> None:
    await wire.reset()


async def _reset_inside(reply: Reply, wire: Wire) -> None:
    await wire.write(_sized(reply, wire, len(reply.body)), halves(reply.body)[0])
    await wire.rest(PAUSE)
    await wire.reset()


async def _truncated(reply: Reply, wire: Wire) -> None:
    await wire.write(_sized(reply, wire, len(reply.body)), halves(reply.body)[0])
    await wire.end()


async def _too_long(reply: Reply, wire: Wire) -> None:
    await wire.write(_sized(reply, wire, len(halves(reply.body)[0])), reply.body)
    await wire.end()


async def _malformed_chunk(reply: Reply, wire: Wire) -> None:
    first, second = halves(reply.body)
    good = b"%x\r\n%b\r\n" % (len(first), first) if first else b""
    await wire.write(wire.head(reply, b"transfer-encoding: chunked"), good, b"no-number\r\n%b\r\n" % second)
    await wire.end()


async def _wrong_certificate(_: Reply, wire: Wire) -> None:
    wire.present_wrong()
    await wire.reset()


def _sized(reply: Reply, wire: Wire, size: int) -> bytes:
    return wire.head(reply, b"content-length: %d" % size)


BY_MESSAGES: Final[Mapping[str, Callable[[Reply, Rest, Send], Awaitable[None]]]] = {
    "latency": _late,
    "slow-body": _slow,
}
BY_WIRE: Final[Mapping[str, Callable[[Reply, Wire], Awaitable[None]]]] = {
    "reset-before": _reset_before,
    "reset-inside": _reset_inside,
    "truncated-body": _truncated,
    "wrong-content-length": _too_long,
    "malformed-chunk": _malformed_chunk,
    "wrong-certificate": _wrong_certificate,
}
