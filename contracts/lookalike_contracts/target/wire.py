"""A connection whose every step ends in time, and the bytes on it."""

from __future__ import annotations

import io
import socket
import ssl
import time
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector

from ..errors import CouldNotCheck

MAX_HEAD_BYTES = 256 * 1024


@dataclass(eq=False)
class DeadlineSocket(io.RawIOBase):
    """Reads from a socket until a moment, on time.monotonic(): a server that drips gains nothing.

    `got` counts the bytes of the answer, and `head` bounds them until its head is complete.
    """

    sock: socket.socket
    deadline: float = 0.0
    received_bytes: int = 0
    is_reading_head: bool = True
    line_count: int = 0
    is_nonblocking: bool = False
    buffer: io.BufferedReader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The buffer that outlives single answers: what comes after one is seen."""
        self.buffer = _PersistentReader(self)

    def begin_exchange(self, until: float) -> None:
        """The next request is to be answered until then."""
        self.deadline, self.received_bytes, self.is_reading_head, self.line_count = until, 0, True, 0

    def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError."""
        self.sock.settimeout(self._remaining_seconds())
        self.sock.sendall(data)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Some bytes. Raises TimeoutError, OSError, CouldNotCheck."""
        if self.is_nonblocking:
            return self._read_available(buffer)
        self.sock.settimeout(self._remaining_seconds())
        count = self.sock.recv_into(buffer)
        self.received_bytes += count
        if self.is_reading_head and self.received_bytes > MAX_HEAD_BYTES:
            raise CouldNotCheck(f"the head of the answer has more than {MAX_HEAD_BYTES:,} bytes")
        return count

    def makefile(self, _: str) -> io.BufferedReader:
        """As http.client asks a socket for it."""
        return self.buffer

    @property
    def unread_bytes(self) -> bytes:
        """What came, and was not read: more than the answer has."""
        self.is_nonblocking = True
        try:
            return self.buffer.peek()
        finally:
            self.is_nonblocking = False

    @property
    def is_reusable(self) -> bool:
        """Whether nothing is there to be read, not even an end: the next answer will be to the next request."""
        with DefaultSelector() as selector:
            selector.register(self.sock, EVENT_READ)
            return not selector.select(0)

    def close_socket(self) -> None:
        """Close the connection."""
        self.sock.close()

    def _read_available(self, buffer: memoryview) -> int | None:
        """What has come already; None for nothing."""
        self.sock.setblocking(False)
        try:
            return self.sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None

    def _remaining_seconds(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _PersistentReader(io.BufferedReader):
    """A buffer that stays when an answer is done with; a line that does not end is not one."""

    def readline(self, size: int | None = -1) -> bytes:
        """A line of a head, or the size of a chunk. Raises CouldNotCheck, which http.client takes for its end."""
        line, wire = super().readline(size), self.raw
        assert isinstance(wire, DeadlineSocket)  # noqa: S101 - for the type checker: nobody else has this buffer
        wire.line_count += 1
        # http.client judges the first line itself: whether that is HTTP
        if wire.line_count > 1 and not line.endswith(b"\n") and len(line) != size:
            raise CouldNotCheck(f"the answer ended in the middle of its {'head' if wire.is_reading_head else 'chunks'}")
        return line

    def flush(self) -> None:
        """Nothing is written here; http.client asks for it when a connection has ended, too."""

    def close(self) -> None:
        """Stay."""
