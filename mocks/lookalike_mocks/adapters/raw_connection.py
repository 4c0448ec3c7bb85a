"""The bytes under one answer, for what ASGI has no words for."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final
from weakref import ref

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from lookalike_specs.messages import RawHeaders, Response

# where a request's Wire stands in `scope["extensions"]`
EXTENSION: Final = "lookalike"
# where a TLS listener's connections have what makes the next handshakes wrong, in their `app_state`
PRESENT_WRONG_KEY: Final = "present_wrong"
# a socket that is closed with this resets its connection, and sends nothing more
ZERO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
POLL_SECONDS = 0.01
MAX_FLUSH_SECONDS = 10.0
MAX_LINGER_SECONDS = 1.0


@lru_cache(maxsize=64)
def encode_head(status: int, media_type: str, headers: RawHeaders) -> bytes:
    """An answer's head but for its end."""
    # an answer without a body has no media type
    named = [b"content-type: %b\r\n" % media_type.encode()] if media_type else []
    lines = [*named, *(b"%b: %b\r\n" % header for header in headers)]
    return b"".join((STATUS_LINE[status], *lines))


class RawConnection:
    """One request's connection, which is over when `lost` is set; `reply` is the answer, if it was found before."""

    __slots__ = ("_cycle", "_lost", "_state", "_transport", "response")
    _cycle: ref[RequestResponseCycle]

    def __init__(
        self, transport: asyncio.Transport, lost: asyncio.Event, state: dict[str, Any], reply: Response | None
    ) -> None:
        self._transport = transport
        self._lost = lost
        self._state = state
        self.response = reply

    def attach_cycle(self, cycle: RequestResponseCycle) -> None:
        """Tell it what uvicorn knows of the request, whose scope it stands in, and leave no circle behind."""
        self._cycle = ref(cycle)

    @property
    def cycle(self) -> RequestResponseCycle:
        """What uvicorn knows of the request, for as long as it is answered. Raises ReferenceError."""
        if (found := self._cycle()) is None:
            raise ReferenceError("the request is over")
        return found

    async def wait(self, seconds: float) -> bool:
        """Let time pass; False as soon as the client has left."""
        self.cycle.flow.resume_reading()  # or else it is not seen to leave, where requests wait in line
        return await self._wait_until_lost(seconds)

    async def _wait_until_lost(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lost.wait()
        # of requests that wait in line uvicorn tells the last alone that the client has left
        self.cycle.disconnected = self._lost.is_set()
        return not self._lost.is_set()

    async def write(self, *parts: bytes) -> None:
        """Send bytes as they are; the system has them then, unless the client reads none."""
        # asyncio would try to send an empty part for ever
        self._transport.writelines([part for part in parts if part])
        await self._wait_flushed()

    def encode_response_head(self, reply: Response, framing: bytes) -> bytes:
        """The reply's whole head, as it always is but for the body's framing."""
        cycle = self.cycle
        ends = b"" if cycle.keep_alive else b"connection: close\r\n"
        headers = (*cycle.default_headers, *reply.headers)
        return b"%b%b\r\n%b\r\n" % (encode_head(reply.status, reply.media_type, headers), framing, ends)

    async def end(self) -> None:
        """End the connection, behind all that was sent."""
        # first the end and then the close: a close alone is a reset, where requests are left unread
        if not self._transport.is_closing() and self._transport.can_write_eof():
            with suppress(OSError):
                self._transport.write_eof()
        self._transport.close()
        await self._wait_closed()

    async def reset(self) -> None:
        """Reset the connection."""
        await self._wait_flushed()
        sock: socket.socket | None = self._transport.get_extra_info("socket")
        if sock is not None and not self._transport.is_closing():
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ZERO_LINGER)
        self._transport.abort()
        await self._wait_closed()

    def present_wrong(self) -> None:
        """The next TLS handshake shows a wrong certificate, where there is TLS."""
        arm: Callable[[int], None] | None = self._state.get(PRESENT_WRONG_KEY)
        if arm is not None:
            arm(1)

    async def _wait_flushed(self) -> None:
        for _ in range(round(MAX_FLUSH_SECONDS / POLL_SECONDS)):
            if not self._transport.get_write_buffer_size() or not await self._wait_until_lost(POLL_SECONDS):
                break

    async def _wait_closed(self) -> None:
        """Until the connection is lost: nothing may be written any more."""
        if await self._wait_until_lost(MAX_LINGER_SECONDS):
            self._transport.abort()
            await self._wait_until_lost(MAX_LINGER_SECONDS)
        self.cycle.disconnected = True
