"""The bytes under one response, for what ASGI has no words for: a reset, a cut, a length that is not true.

`MockProtocol` puts a RawConnection into each scope, and `asgi_faults` finds it there. Under any other server there is
none, and the fault is answered with a 501 that says so.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from lookalike_specs.messages import RawHeaders, Response

if TYPE_CHECKING:
    from ssl import SSLObject
if TYPE_CHECKING:  # private to uvicorn, and only there under a version that `uvicorn_internals` knows
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

# where a request's RawConnection stands in `scope["extensions"]`
EXTENSION: Final = "lookalike"
# in the `app_state` of a TLS listener's connections: how a client's next handshake presents the wrong certificate
PRESENT_WRONG_KEY: Final = "present_wrong"
# client's address, its connection's SSLObject (None without TLS), whether it is still wanted
PresentWrong = Callable[[str, "SSLObject | None", Callable[[], bool] | None], None]
# in the `app_state` of a server that hands out no connections: why it does not
NO_CONNECTION_REASON_KEY: Final = "no_connection_reason"
# `struct linger` with a time of 0: closing the socket resets the connection, and sends nothing that is still queued
ZERO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
POLL_SECONDS = 0.01
MAX_FLUSH_SECONDS = 10.0
MAX_LINGER_SECONDS = 1.0


@lru_cache(maxsize=64)
def encode_head(status: int, media_type: str, headers: RawHeaders) -> bytes:
    """Return status line and headers, but for those that frame the body, and without the empty line at the end.

    Cached, as a mock's responses differ in their bodies and hardly ever in their heads.
    """
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:  # vendors have statuses of their own, such as 439
        reason = ""
    lines = [b"HTTP/1.1 %d %b\r\n" % (status, reason.encode())]
    # a response without a body has no media type
    if media_type:
        lines.append(b"content-type: %b\r\n" % media_type.encode())
    lines += [b"%b: %b\r\n" % header for header in headers]
    return b"".join(lines)


class RawConnection:
    """The connection of one request; `lost` is set when it is over. `response` is there if it was made before."""

    __slots__ = ("_cycle", "_lost", "_state", "_transport", "response")
    _cycle: ref[RequestResponseCycle]

    def __init__(
        self, transport: asyncio.Transport, lost: asyncio.Event, state: dict[str, Any], response: Response | None
    ) -> None:
        self._transport = transport
        self._lost = lost
        self._state = state
        self.response = response

    def attach_cycle(self, cycle: RequestResponseCycle) -> None:
        """Remember uvicorn's object for this request.

        Weakly: the cycle holds the scope and the scope holds this connection, so a strong reference would be a circle
        that only the garbage collector could free, one for every request.
        """
        self._cycle = ref(cycle)

    @property
    def cycle(self) -> RequestResponseCycle:
        """Return uvicorn's object for this request, while it is being answered. Raise ReferenceError."""
        cycle = self._cycle()
        if cycle is None:
            raise ReferenceError("the request is over")
        return cycle

    async def wait(self, seconds: float) -> bool:
        """Let time pass. Return False as soon as the client has left."""
        # uvicorn stops reading while pipelined requests wait in line, and a socket that is not read does not tell that
        # its client has left
        self.cycle.flow.resume_reading()
        return await self._wait_until_lost(seconds)

    async def _wait_until_lost(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lost.wait()
        # when the client leaves, uvicorn tells the last of the pipelined requests alone; this may be an earlier one,
        # and one that does not know would wait for a client that is not there
        self.cycle.disconnected = self._lost.is_set()
        return not self._lost.is_set()

    async def write(self, *parts: bytes) -> None:
        """Send bytes as they are; when this returns the system has them, unless the client reads none."""
        # asyncio would try to send an empty part for ever
        self._transport.writelines([part for part in parts if part])
        await self._wait_flushed()

    def encode_response_head(self, response: Response, framing: bytes) -> bytes:
        """Return the whole head, as it always is but for `framing`, the header that says where the body ends."""
        cycle = self.cycle
        connection_header = b"" if cycle.keep_alive else b"connection: close\r\n"
        headers = (*cycle.default_headers, *response.headers)
        head = encode_head(response.status, response.media_type, headers)
        return b"%b%b\r\n%b\r\n" % (head, framing, connection_header)

    async def end(self) -> None:
        """End the connection, behind all that was sent."""
        # The end of our side (FIN) comes first, and the close later: where requests of the client are still unread, a
        # close alone makes the system send a reset (RST), and a client that gets one may lose what came before it.
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

    def present_wrong(self, is_wanted: Callable[[], bool] | None) -> None:
        """Make the next TLS handshake of this client present the wrong certificate; without TLS do nothing."""
        present_wrong: PresentWrong | None = self._state.get(PRESENT_WRONG_KEY)
        address = self._transport.get_extra_info("peername")
        if present_wrong is None or not address:
            return
        present_wrong(address[0], self._transport.get_extra_info("ssl_object"), is_wanted)

    async def _wait_flushed(self) -> None:
        # asyncio tells a protocol when its buffer is low, but not when it is empty; so this looks, now and then
        for _ in range(round(MAX_FLUSH_SECONDS / POLL_SECONDS)):
            if not self._transport.get_write_buffer_size():
                return
            if not await self._wait_until_lost(POLL_SECONDS):
                return

    async def _wait_closed(self) -> None:
        """Wait until the connection is lost; from then on uvicorn must write nothing more to it."""
        is_open = await self._wait_until_lost(MAX_LINGER_SECONDS)
        if is_open:
            # over TLS a close waits for the client to say goodbye as well, which it may never do
            self._transport.abort()
            await self._wait_until_lost(MAX_LINGER_SECONDS)
        self.cycle.disconnected = True
