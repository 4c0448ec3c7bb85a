"""The request log: a line for each exchange, written so that no answer ever waits for it.

An answer's path only puts the exchange into a queue. The event loop makes lines of the queue every FLUSH_SECONDS, many at
a time, as that costs half of what one by one does. A thread writes them: a write to a terminal that is stopped, or to a
pipe that nobody reads, blocks for as long as it likes, and blocks only that thread. Each queue is bounded; what finds no
room is dropped, and counted.

    exchange -> RequestLog.add -> (loop) RequestLog.flush -> LineWriter.write -> (thread) os.write
"""

from __future__ import annotations

import asyncio
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from .memory.limits import MemoryLimits
from .reason import Reason
from .sandbox.journal import JournalEntry, measure_exchange

FLUSH_SECONDS: Final = 0.05
# exchanges between two flushes, and with their heads and bodies the bytes of these
MAX_WAITING: Final = 2000
MAX_WAITING_BYTES: Final = MemoryLimits().log_bytes
# lines that wait for a slow reader
MAX_QUEUED_BYTES: Final = 1024 * 1024
# As much as POSIX promises to write to a pipe in one piece: the workers share one, and a line is never cut by another's.
MAX_CHUNK_BYTES: Final = 4096
# so many ordinary lines fit into one
LINES_OF_A_CHUNK: Final = 40
# How much of the loop's time goes into explanations. To find what is nearest to a lost path takes milliseconds, and a
# client that asks for nothing but such paths must not slow down the others.
EXPLAIN_SECONDS: Final = 0.01
# so many wait for the next flush when that time is over; where more do, lines are written without a reason
MAX_UNEXPLAINED: Final = 500
CLOSE_SECONDS: Final = 1.0


class LogRecord(NamedTuple):
    """An exchange that is no ordinary one: when (seconds since 1970), how long it took (seconds), why, if that is said."""

    timestamp: float
    entry: JournalEntry
    seconds: float
    why: Reason | None = None


class LineFormat(NamedTuple):
    """How lines are made, without a line break at their ends.

    `format_ordinary` gets when an ordinary exchange was answered (seconds since 1970), and how many seconds that took.
    """

    format_ordinary: Callable[[float, JournalEntry, float], str]
    format_special: Callable[[LogRecord], str]
    format_dropped: Callable[[int], str]


class RequestLog:
    """Takes exchanges on an event loop, and hands lines to a writer."""

    def __init__(self, line_format: LineFormat, writer: LineWriter) -> None:
        self._format = line_format
        self._writer = writer
        # when it was answered, the exchange, and how many seconds it took
        self._waiting: deque[tuple[float, JournalEntry, float]] = deque()
        self._waiting_bytes = 0
        self._is_scheduled = False
        self._dropped = 0

    def add(self, entry: JournalEntry, timestamp: float, seconds: float) -> None:
        """Take an exchange that was answered then, and took so long; this is all that an answer waits for."""
        size = measure_exchange(entry)
        if self._waiting_bytes + size > MAX_WAITING_BYTES:
            # Requests with heads of 60 KB, whose reasons take their time. Their lines do without: those are few, and
            # made at once.
            self.flush(explain_seconds=0, max_unexplained=0)
        if len(self._waiting) >= MAX_WAITING or size > MAX_WAITING_BYTES:
            self._dropped += 1
            # what was dropped is told with the next line, and there may be none waiting that brings one
            if not self._is_scheduled:
                self._schedule()
            return
        self._waiting_bytes += size
        self._waiting.append((timestamp, entry, seconds))
        if not self._is_scheduled:
            self._schedule()

    def flush(self, explain_seconds: float = EXPLAIN_SECONDS, max_unexplained: int = MAX_UNEXPLAINED) -> None:
        """Hand what waits to the writer. Explanations take no longer than that, and so many may wait for the next time."""
        self._is_scheduled = False
        if self._dropped:
            self._writer.drop(self._dropped)
            self._dropped = 0
        deadline = time.perf_counter() + explain_seconds
        waiting = self._waiting
        lines = []
        while waiting:
            timestamp, entry, seconds = waiting[0]
            if entry.reason_finder is None:
                lines.append(self._format.format_ordinary(timestamp, entry, seconds))
            elif time.perf_counter() < deadline:
                record = LogRecord(timestamp, entry, seconds, entry.why)
                lines.append(self._format.format_special(record))
            elif len(waiting) > max_unexplained:
                lines.append(self._format.format_special(LogRecord(timestamp, entry, seconds)))
            else:
                # the rest is explained the next time, as lines stand in the order of the answers
                self._schedule()
                break
            waiting.popleft()
            self._waiting_bytes -= measure_exchange(entry)
        self._writer.write(lines, self._format.format_dropped)

    def close(self) -> None:
        """Write what waits, for as long as CLOSE_SECONDS at most; the event loop may have ended."""
        self.flush(CLOSE_SECONDS, max_unexplained=0)
        self._writer.close(CLOSE_SECONDS)

    def _schedule(self) -> None:
        self._is_scheduled = True
        asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)


class LineWriter:
    """Writes whole lines to a file descriptor, from a thread of its own, which begins with the first line.

    That is after a fork: a thread that began before would be missing in the child.
    """

    def __init__(self, descriptor: int, encoding: str = "utf-8") -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._condition = threading.Condition()
        self._chunks: deque[bytes] = deque()
        self._queued_bytes = 0
        self._dropped = 0
        self._is_closing = False
        self._is_broken = False
        self._error: OSError | None = None
        self._thread: threading.Thread | None = None

    def write(self, lines: Sequence[str], format_dropped: Callable[[int], str]) -> None:
        """Queue lines; those that find no room are dropped, and the next ones that find some say how many they were."""
        with self._condition:
            if self._is_broken:
                return
            for chunk, count in self._encode_chunks(lines):
                note = b""
                if self._dropped:
                    note = self._encode_lines([format_dropped(self._dropped)])
                if self._queued_bytes + len(note) + len(chunk) > MAX_QUEUED_BYTES:
                    self._dropped += count
                    continue
                if note:
                    self._chunks.append(note)
                    self._dropped = 0
                self._chunks.append(chunk)
                self._queued_bytes += len(note) + len(chunk)
            self._wake_thread()

    def write_text(self, text: str, seconds: float) -> bool:
        """Write a text in front of all lines, whatever its length, and wait for that.

        Return False where nobody has read it within `seconds`; it is written when somebody does. Raise OSError where it
        cannot be written.
        """
        data = text.encode(self._encoding, "backslashreplace")
        with self._condition:
            self._chunks.append(data)
            self._queued_bytes += len(data)
            self._wake_thread()
            is_over = self._condition.wait_for(lambda: not self._chunks or self._is_broken, seconds)
            if self._error is not None:
                raise self._error
        return is_over

    def _wake_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lookalike request log", daemon=True)
            self._thread.start()
        self._condition.notify_all()

    def drop(self, count: int) -> None:
        """Count exchanges for which there will be no line."""
        with self._condition:
            self._dropped += count

    def close(self, seconds: float) -> None:
        """Let the thread write what is queued, and end; a reader that does not read is waited for so long at most."""
        with self._condition:
            self._is_closing = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._chunks and not self._is_closing:
                    self._condition.wait()
                if not self._chunks:
                    return
                chunk = self._chunks[0]
            # the chunk stays in the queue, and counts, until it is written
            error = self._write_chunk(chunk)
            with self._condition:
                if error is not None:
                    self._is_broken = True
                    self._error = error
                    self._chunks.clear()
                    self._condition.notify_all()
                    return
                self._chunks.popleft()
                self._queued_bytes -= len(chunk)
                if not self._chunks:
                    # whoever waits for a text to be written
                    self._condition.notify_all()

    def _write_chunk(self, chunk: bytes) -> OSError | None:
        """Write a chunk, however long that takes; return the error where nobody will ever read it."""
        view = memoryview(chunk)
        while view:
            try:
                count = os.write(self._descriptor, view)
            except BlockingIOError:
                # somebody else, who has the other end of a terminal or a pipe, has made it so that writes do not wait
                select.select([], [self._descriptor], [], 1.0)
                continue
            except OSError as error:
                return error
            view = view[count:]
        return None

    def _encode_chunks(self, lines: Sequence[str]) -> Iterator[tuple[bytes, int]]:
        """Yield whole lines as chunks of at most MAX_CHUNK_BYTES, with their numbers; a longer line is one alone."""
        count = LINES_OF_A_CHUNK
        for start in range(0, len(lines), count):
            group = lines[start : start + count]
            chunk = self._encode_lines(group)
            if len(chunk) <= MAX_CHUNK_BYTES:
                yield chunk, len(group)
                continue
            for line in group:
                yield self._encode_lines([line]), 1

    def _encode_lines(self, lines: Sequence[str]) -> bytes:
        text = "\n".join(lines)
        return f"{text}\n".encode(self._encoding, "replace")
