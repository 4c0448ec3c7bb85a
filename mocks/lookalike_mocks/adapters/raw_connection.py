"""The bytes under one response, for what ASGI has no words for: a reset, a cut, a length that is not true.

Our own server puts a RawConnection into each scope, and `asgi_faults` finds it there. Under any other server there is
none, and the fault is answered with a 501 that says so.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from lookalike_specs.messages import Request, Response

from .connection_state import ClientConnection
from .response_head import encode_framed_head

if TYPE_CHECKING:
    from ssl import SSLObject


# where a request's RawConnection stands in `scope["extensions"]`
EXTENSION: Final = "lookalike"
# in the `app_state` of a TLS listener's connections: how a client's next handshake presents the wrong certificate
PRESENT_WRONG_KEY: Final = "present_wrong"
# client's address, its connection's SSLObject (None without TLS), whether it is still wanted
PresentWrong = Callable[[str, "SSLObject | None", Callable[[], bool] | None], None]
# `struct linger` with a time of 0: closing the socket resets the connection, and sends nothing that is still queued
ZERO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
POLL_SECONDS = 0.01
MAX_FLUSH_SECONDS = 10.0
MAX_LINGER_SECONDS = 1.0


class RawConnection:
    """The connection of one request, which has come whole. `response` is there if it was made before."""

    __slots__ = ("_connection", "_transport", "request", "response")

    def __init__(self, connection: ClientConnection, request: Request, response: Response | None) -> None:
        self._connection = connection
        self._transport = connection.transport
        self.request = request
        self.response = response

    async def wait(self, seconds: float) -> bool:
        """Let time pass. Return False as soon as the client has left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._connection.lost.wait()
        return not self._connection.lost.is_set()

    async def write(self, *parts: bytes) -> None:
        """Send bytes as they are; when this returns the system has them, unless the client reads none."""
        # asyncio would try to send an empty part for ever
        self._transport.writelines([part for part in parts if part])
        await self._wait_flushed()

    def encode_response_head(self, response: Response, framing: bytes) -> bytes:
        """Return the whole head, as it always is but for `framing`, the header that says where the body ends."""
        connection = self._connection
        return encode_framed_head(response, framing, connection.keeps_alive, connection.version)

    async def end(self) -> None:
        """End the connection, behind all that was sent."""
        self._connection.close_gently()
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
        present_wrong: PresentWrong | None = self._connection.registry.app_state.get(PRESENT_WRONG_KEY)
        address = self._transport.get_extra_info("peername")
        if present_wrong is None or not address:
            return
        present_wrong(address[0], self._transport.get_extra_info("ssl_object"), is_wanted)

    async def _wait_flushed(self) -> None:
        # asyncio tells a protocol when its buffer is low, but not when it is empty; so this looks, now and then
        for _ in range(round(MAX_FLUSH_SECONDS / POLL_SECONDS)):
            if not self._transport.get_write_buffer_size():
                return
            if not await self.wait(POLL_SECONDS):
                return

    async def _wait_closed(self) -> None:
        """Wait until the connection is lost."""
        if await self.wait(MAX_LINGER_SECONDS):
            # over TLS a close waits for the client to say goodbye as well, which it may never do
            self._transport.abort()
            await self.wait(MAX_LINGER_SECONDS)
