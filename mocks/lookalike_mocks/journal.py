"""What was asked and answered, newest last, bounded in count and bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from lookalike_specs.wire import Reply, Request


class Entry(msgspec.Struct, frozen=True):
    """One exchange: when (seconds since 1970), at which API, the situation or the fault it was answered with.

    `lost` tells what is nearest to a request that no operation was found for.
    """

    at: float
    api: str
    request: Request
    reply: Reply
    situation: str = ""
    lost: Callable[[Request], str] | None = None

    @property
    def near(self) -> str:
        """For a request that no operation matched: the nearest one, and what it differs in."""
        return self.lost(self.request) if self.lost is not None else ""


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
        self._before = 0
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

    def clear(self) -> None:
        """Forget everything; what comes is counted on from here."""
        self._before += self.dropped + len(self._ring)
        self._ring.clear()
        self.notes.clear()
        self._size = self.dropped = 0

    def _drop(self) -> None:
        entry = self._ring.popleft()
        self._size -= len(entry.request.body) + len(entry.request.query) + len(entry.reply.body)
        self.dropped += 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is kept."""
        return tuple(self._ring)

    @property
    def numbered(self) -> list[tuple[int, Entry]]:
        """What is kept, with the number of each since the beginning, from 1."""
        return list(enumerate(self.entries, start=self._before + self.dropped + 1))

    @property
    def count(self) -> int:
        """How many there were since the beginning."""
        return self._before + self.dropped + len(self._ring)

    def __iter__(self) -> Iterator[tuple[Request, Reply]]:
        return iter([(entry.request, entry.reply) for entry in self.entries])

    def __len__(self) -> int:
        return len(self._ring)
