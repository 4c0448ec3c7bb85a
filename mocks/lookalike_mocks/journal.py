"""What was asked and answered, newest last, bounded in count and bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from lookalike_specs.wire import Reply, Request


class Entry(msgspec.Struct, frozen=True):
    """One exchange: when (seconds since 1970), at which API, the situation or the fault it was answered with."""

    at: float
    api: str
    request: Request
    reply: Reply
    situation: str = ""


class Note(msgspec.Struct, frozen=True):
    """Something that happened besides exchanges."""

    at: float
    text: str


class Journal:
    """A ring of exchanges; the oldest goes when `count` exchanges or `size` bytes are reached."""

    def __init__(self, count: int = 1000, size: int = 4 * 1024 * 1024) -> None:
        self._ring: deque[Entry] = deque(maxlen=count)
        self._limit = size
        self._size = 0
        self.dropped = 0
        self.notes: deque[Note] = deque(maxlen=100)

    def add(self, entry: Entry) -> None:
        """Write one exchange down."""
        ring = self._ring
        if len(ring) == ring.maxlen:
            self._drop()
        ring.append(entry)
        self._size += len(entry.request.body) + len(entry.request.query) + len(entry.reply.body)
        while self._size > self._limit and ring:
            self._drop()

    def note(self, text: str, at: float) -> None:
        """Write down what is no exchange."""
        self.notes.append(Note(at, text))

    def _drop(self) -> None:
        entry = self._ring.popleft()
        self._size -= len(entry.request.body) + len(entry.request.query) + len(entry.reply.body)
        self.dropped += 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is kept."""
        return tuple(self._ring)

    def __iter__(self) -> Iterator[tuple[Request, Reply]]:
        return iter(tuple((entry.request, entry.reply) for entry in self._ring))

    def __len__(self) -> int:
        return len(self._ring)
