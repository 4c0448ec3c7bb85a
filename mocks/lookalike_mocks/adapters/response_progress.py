"""How a client gets on with reading its responses, seen from the bytes that still wait for it here.

The system takes what fits into its own buffers, which is a megabyte or more. What waits beyond that is all that we see, and
only when somebody looks: at 0:00 there are 500,000 bytes left, at 0:05 there are 499,990. Such a client reads, so a bound
on standing still does not end it, and it would hold its connection for a week. So it has to keep up a rate as well.
"""

from __future__ import annotations

from .limits import Limits


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
