"""A connection whose every step ends in time, and the bytes on it."""

from __future__ import annotations

import io
import socket
import ssl
import time
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector

from ..errors import CouldNotCheck

MOST_HEAD = 256 * 1024


@dataclass(eq=False)
class Wire(io.RawIOBase):
    """Reads from a socket until a moment, on time.monotonic(): a server that drips gains nothing.

    `got` counts the bytes of the answer, and `head` bounds them until its head is complete.
    """

    sock: socket.socket
    until: float = 0.0
    got: int = 0
    head: bool = True
    lines: int = 0
    still: bool = False
    buffer: io.BufferedReader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The buffer that outlives single answers: what comes after one is seen."""
        self.buffer = _Kept(self)

    def start(self, until: float) -> None:
        """The next request is to be answered until then."""
        self.until, self.got, self.head, self.lines = until, 0, True, 0

    def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError."""
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Some bytes. Raises TimeoutError, OSError, CouldNotCheck."""
        if self.still:
            return self._there(buffer)
        self.sock.settimeout(self._left())
        count = self.sock.recv_into(buffer)
        self.got += count
        if self.head and self.got > MOST_HEAD:
            raise CouldNotCheck(f"the head of the answer has more than {MOST_HEAD:,} bytes")
        return count

    def makefile(self, _: str) -> io.BufferedReader:
        """As http.client asks a socket for it."""
        return self.buffer

    @property
    def rest(self) -> bytes:
        """What came, and was not read: more than the answer has."""
        self.still = True
        try:
            return self.buffer.peek()
        finally:
            self.still = False

    @property
    def is_fresh(self) -> bool:
        """Whether nothing is there to be read, not even an end: the next answer will be to the next request."""
        with DefaultSelector() as selector:
            selector.register(self.sock, EVENT_READ)
            return not selector.select(0)

    def end(self) -> None:
        """Close the connection."""
        self.sock.close()

    def _there(self, buffer: memoryview) -> int | None:
        """What has come already; None for nothing."""
        self.sock.setblocking(False)
        try:
            return self.sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None

    def _left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Kept(io.BufferedReader):
    """A buffer that stays when an answer is done with; a line that does not end is not one."""

    def readline(self, size: int | None = -1) -> bytes:
        """A line of a head, or the size of a chunk. Raises CouldNotCheck, which http.client takes for its end."""
        line, wire = super().readline(size), self.raw
        assert isinstance(wire, Wire)  # noqa: S101 - for the type checker: nobody else has this buffer
        wire.lines += 1
        # http.client judges the first line itself: whether that is HTTP
        if wire.lines > 1 and not line.endswith(b"\n") and len(line) != size:
            raise CouldNotCheck(f"the answer ended in the middle of its {'head' if wire.head else 'chunks'}")
        return line

    def flush(self) -> None:
        """Nothing is written here; http.client asks for it when a connection has ended, too."""

    def close(self) -> None:
        """Stay."""
