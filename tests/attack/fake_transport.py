"""Both ends of a TCP connection in memory: the transport that a protocol knows, and what its client does.

As with a socket, the system between the two holds some bytes: what the client has sent waits there while reading is paused,
and of what the server writes `SOCKET_ROOM` bytes find room though the client does not read. Only what finds none is in the
transport's buffer, and beyond `HIGH_WATER` the protocol is told to pause.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable
from typing import Any

from .fake_loop import FakeLoop

# at most that many bytes are read at a time; a real loop reads up to 256 KiB
READ_SIZE = 4096
SOCKET_ROOM = 2000
HIGH_WATER = 8000
LOW_WATER = 2000


class FakeTransport(asyncio.Transport):
    """A transport whose client is the test: the methods that begin with `client_` are the client's."""

    def __init__(self, loop: FakeLoop, protocol: asyncio.Protocol, *, is_tls: bool) -> None:
        extra: dict[str, Any] = {"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 80)}
        if is_tls:
            extra["sslcontext"] = object()
        super().__init__(extra)
        self._loop = loop
        self._protocol: asyncio.Protocol | None = protocol
        self._is_tls = is_tls
        self._incoming: deque[bytes] = deque()
        self._is_delivery_scheduled = False
        self._is_reading_paused = False
        self._is_protocol_paused = False
        self._is_closing = False
        self._is_eof_written = False
        self._has_client_said_end = False
        self._is_eof_delivered = False
        self._unsent = bytearray()
        self._room: float = math.inf
        # what has arrived at the client, and whether the server's end has as well
        self.received = bytearray()
        self.is_ended = False
        self.is_lost = False

    # what the protocol calls

    def get_write_buffer_size(self) -> int:
        return len(self._unsent)

    def is_closing(self) -> bool:
        return self._is_closing

    def is_reading(self) -> bool:
        return not self._is_reading_paused

    def pause_reading(self) -> None:
        self._is_reading_paused = True

    def resume_reading(self) -> None:
        self._is_reading_paused = False
        self._schedule_delivery()

    def can_write_eof(self) -> bool:
        return not self._is_tls

    def write(self, data: Any) -> None:
        assert data, "asyncio would try to send an empty part for ever"
        assert not self._is_eof_written, "a write behind the end of the stream"
        if self.is_lost or self._is_closing:
            return
        self._unsent += data
        self._send()
        if len(self._unsent) > HIGH_WATER and not self._is_protocol_paused and self._protocol is not None:
            self._is_protocol_paused = True
            self._protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        assert not self._is_tls, "TLS has no half-closed connections"
        self._is_eof_written = True
        self._send()

    def close(self) -> None:
        if self._is_closing:
            return
        self._is_closing = True
        if not self._unsent:
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        self._is_closing = True
        self._unsent.clear()
        self._loop.call_soon(self._lose, None)

    # what the client does

    def client_send(self, *pieces: bytes) -> None:
        """Send pieces, each of which is read by itself."""
        if self.is_lost:
            return
        for piece in pieces:
            for start in range(0, len(piece), READ_SIZE):
                self._incoming.append(piece[start : start + READ_SIZE])
        self._schedule_delivery()

    def client_say_end(self) -> None:
        self._has_client_said_end = True
        self._schedule_delivery()

    def client_leave(self) -> None:
        """Reset the connection."""
        self._is_closing = True
        self._loop.call_soon(self._lose, ConnectionResetError())

    def client_stop_reading(self) -> None:
        if self._room == math.inf:
            self._room = SOCKET_ROOM

    def client_read(self, size: float = math.inf) -> None:
        """Read so many bytes more; with no size, all that comes from now on."""
        self._room += size
        self._loop.call_soon(self._send_on)

    @property
    def is_client_reading(self) -> bool:
        return self._room == math.inf

    @property
    def is_client_stuck(self) -> bool:
        """Return whether the client leaves something unread for which the system has no room."""
        return bool(self._unsent)

    def _schedule_delivery(self) -> None:
        if not self._is_delivery_scheduled:
            self._is_delivery_scheduled = True
            self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        self._is_delivery_scheduled = False
        if self._is_reading_paused or self._is_closing or self._protocol is None:
            return
        if self._incoming:
            self._schedule_delivery()
            self._protocol.data_received(self._incoming.popleft())
        elif self._has_client_said_end and not self._is_eof_delivered:
            self._is_eof_delivered = True
            if not self._protocol.eof_received():
                self.close()
            elif self._is_eof_written:
                # both sides have said their end
                self.close()

    def _send(self) -> None:
        size = len(self._unsent)
        if size > self._room:
            size = int(self._room)
        self.received += self._unsent[:size]
        del self._unsent[:size]
        self._room -= size
        if self._is_eof_written and not self._unsent:
            self.is_ended = True

    def _send_on(self) -> None:
        """Send what waited for the client to read, and tell the protocol."""
        self._send()
        if self._is_protocol_paused and len(self._unsent) <= LOW_WATER and self._protocol is not None:
            self._is_protocol_paused = False
            self._protocol.resume_writing()
        if self._is_closing and not self._unsent:
            self._lose(None)

    def _lose(self, error: Exception | None) -> None:
        if self.is_lost:
            return
        self.is_lost = True
        self.is_ended = True
        self._incoming.clear()
        self._unsent.clear()
        protocol = self._protocol
        self._protocol = None
        assert protocol is not None
        protocol.connection_lost(error)
