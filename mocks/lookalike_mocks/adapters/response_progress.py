"""How a client gets on with reading its responses, seen from the bytes that still wait for it.

At 0:00 there are 500,000 bytes left, at 0:05 there are 499,990. Such a client reads, so a bound on standing still does not
end it, and it would hold its connection for days. So it has to keep up a rate as well.

Bytes wait here and in the system's buffer, which takes more from us only when a third of it is free: a megabyte may go
before we see any of it move, and a client with a thin line would seem to stand still. Linux says what it holds.
"""

from __future__ import annotations

import asyncio
import struct
import sys

from .limits import Limits

if sys.platform == "linux":
    import fcntl
    import termios


def count_waiting_bytes(transport: asyncio.Transport) -> int:
    """Return how many bytes the client has not taken yet; 0 where the system has all of them."""
    size = transport.get_write_buffer_size()
    if size == 0 or sys.platform != "linux":
        return size
    sock = transport.get_extra_info("socket")
    if sock is None:
        return size
    try:
        (unsent_size,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)))
    except OSError:
        # the connection is over already
        return size
    return size + int(unsent_size)


class ResponseProgress:
    """What a client has read since something began to wait for it; times are in seconds on the loop's clock."""

    __slots__ = ("_began_at", "_limits", "_read_size", "_waiting_size", "moved_at")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting_size = 0
        self._began_at = 0.0
        self._read_size = 0
        # when the client was last seen to have read something, or to have nothing left to read
        self.moved_at = 0.0

    def begin_again(self, now: float) -> None:
        """Count from here on: what waited was read down to a small rest, however long it took."""
        self._waiting_size = 0
        self._began_at = now
        self._read_size = 0
        self.moved_at = now

    def update(self, waiting_size: int, now: float) -> None:
        """Take in how many bytes wait now."""
        if waiting_size == 0 or self._waiting_size == 0:
            self.begin_again(now)
        elif waiting_size != self._waiting_size:
            self.moved_at = now
            # more may have been written meanwhile: then what was read of it is not seen, and not needed either
            self._read_size += max(0, self._waiting_size - waiting_size)
        self._waiting_size = waiting_size

    def compute_seconds_left(self, now: float) -> float:
        """Return how long the client may still take, as of the last update; 0 or less where it is too slow."""
        limits = self._limits
        seconds = now - self._began_at
        # as with a body, a rate says nothing before a while has passed
        if seconds > limits.unread_response_seconds and self._read_size < limits.response_bytes_per_second * seconds:
            return 0.0
        return self.moved_at + limits.unread_response_seconds - now
