"""A stderr that never holds up a server: lines go out where there is room for them, at a rate, and are dropped elsewhere.

A write to a pipe that nobody reads, or to a terminal that is stopped, blocks for as long as it likes. `lookalike serve`
writes to stderr from its event loop, by way of `logging`, `warnings` and Python's own hooks, and would stand still with it.
"""

from __future__ import annotations

import io
import os
import select
import sys
import threading
import time
from contextlib import suppress
from typing import Final

# As much as POSIX promises to write to a pipe in one piece. A pipe that is ready has room for that much at least.
MAX_PIECE_BYTES: Final = 4096
# so long a reader is waited for while the server starts, in all; afterwards, not at all
START_PATIENCE_SECONDS: Final = 1.0
# Once the server runs, what makes a line may be what others send. So many lines may come at once, and so many a second.
MAX_BURST_LINES: Final = 100
LINES_PER_SECOND: Final = 2.0


class BoundedErrorStream(io.TextIOBase):
    """A text stream on a file descriptor that writes whole lines without ever waiting for long.

    Lines that find no room, or come too fast once `limit_rate` was called, are counted, and the next one that is written
    says how many they were.
    """

    def __init__(self, descriptor: int, encoding: str = "utf-8") -> None:
        super().__init__()
        self._descriptor = descriptor
        self._encoding = encoding
        # reentrant: a warning may be shown while the collector runs inside of a write
        self._lock = threading.RLock()
        self._rest = ""
        self._dropped = 0
        self._patience = START_PATIENCE_SECONDS
        self._is_rate_limited = False
        self._allowance = float(MAX_BURST_LINES)
        self._refilled_at = time.monotonic()

    @property
    def encoding(self) -> str:  # type: ignore[override] # a constant in TextIOBase
        return self._encoding

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def limit_rate(self) -> None:
        """Hold all further lines to MAX_BURST_LINES and LINES_PER_SECOND, and wait for no reader any more."""
        with self._lock:
            self._patience = 0.0
            self._is_rate_limited = True
            self._refilled_at = time.monotonic()

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
            # a line without end is one that others could make as long as they like
            if len(self._rest) > MAX_PIECE_BYTES:
                lines.append(self._rest)
                self._rest = ""
            for line in lines:
                self._write_line(line)
        return len(text)

    def _write_line(self, line: str) -> None:
        if not self._takes_line():
            self._dropped += 1
            return
        data = f"{line}\n".encode(self._encoding, "backslashreplace")
        if self._dropped:
            data = b"(%d lines are left out here)\n%b" % (self._dropped, data)
        if self._write_pieces(data):
            self._dropped = 0
        else:
            self._dropped += 1

    def _takes_line(self) -> bool:
        """Return whether the rate has room for a line, and count it."""
        if not self._is_rate_limited:
            return True
        now = time.monotonic()
        refill = (now - self._refilled_at) * LINES_PER_SECOND
        self._allowance = min(float(MAX_BURST_LINES), self._allowance + refill)
        self._refilled_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def _write_pieces(self, data: bytes) -> bool:
        """Write a line. Return whether its beginning could be written; of a long line the rest may be lost."""
        for start in range(0, len(data), MAX_PIECE_BYTES):
            if not self._wait_until_ready():
                return start > 0
            try:
                os.write(self._descriptor, data[start : start + MAX_PIECE_BYTES])
            except OSError:
                # the disk is full, the reader has gone, it is closed: there is nobody to tell
                return start > 0
        return True

    def _wait_until_ready(self) -> bool:
        """Return whether a write would not block now; while the server starts, wait a little for that."""
        if not hasattr(select, "poll"):
            # Windows; there a pipe cannot be asked
            return True
        poll = select.poll()
        # a pipe without a reader counts as ready as well: the write fails, and does not block
        poll.register(self._descriptor, select.POLLOUT)
        started_at = time.monotonic()
        is_ready = bool(poll.poll(self._patience * 1000))
        self._patience = max(0.0, self._patience - (time.monotonic() - started_at))
        return is_ready


def protect_stderr() -> None:
    """Let everything in Python that writes to stderr write through a BoundedErrorStream from now on.

    Libraries in C write past it, and what they say is thrown away: libtiff has a line for each line of pixels that it
    cannot read, so a single picture can fill a pipe, and the write that blocks then holds up all of Python.
    """
    try:
        descriptor = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    own_descriptor = os.dup(descriptor)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
    sys.stderr = BoundedErrorStream(own_descriptor, sys.stderr.encoding or "utf-8")


def limit_stderr_rate() -> None:
    """Hold stderr to a rate from now on, if it is protected."""
    if isinstance(sys.stderr, BoundedErrorStream):
        sys.stderr.limit_rate()
