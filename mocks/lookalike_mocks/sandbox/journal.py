"""What was asked and answered, newest last, bounded in count and bytes."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from typing import Final

import msgspec

from lookalike_specs.messages import Request, Response

from ..memory.manager import SandboxMemory
from ..reason import ROUTE_RULES, Reason, ReasonFinder

# What Python takes for an exchange besides its texts, measured by tracemalloc: entry, request, response, their objects.
EXCHANGE_BYTES: Final = 700
# for what explains it: names and texts of it are cut to MAX_KEPT_LENGTH before they are kept
REASON_BYTES: Final = 2600
NOTE_BYTES: Final = 200
MAX_NOTE_LENGTH: Final = 500
# what Python takes for a header besides its text: two objects and a pair of them
BYTES_PER_HEADER: Final = 122


class JournalEntry(msgspec.Struct, frozen=True):
    """One exchange: when (seconds since 1970), at which API, the situation or the fault it was answered with.

    `api` and `operation` are "" where none is meant. `reason_finder` says why the answer is no ordinary one.
    """

    timestamp: float
    api: str
    request: Request
    response: Response
    situation: str = ""
    operation: str = ""
    reason_finder: ReasonFinder | None = None

    def __repr__(self) -> str:
        """Return one line, without query, headers and bodies: a list of entries stands in many a failing assertion."""
        text = f"{self.request.method} {self.request.path} HTTP {self.response.status}"
        if self.situation:
            text += f" {self.api}/{self.situation}"
        return f"<{text}>"

    @property
    def why(self) -> Reason | None:
        """Return why the request was refused, or answered with a situation or a fault; None for an ordinary answer."""
        # made only when somebody looks, as an explanation costs as much as an answer
        if self.reason_finder is None:
            return None
        return self.reason_finder(self.request)

    @property
    def near_miss(self) -> str:
        """Return, for a request that no operation matched, the nearest one, and what it differs in."""
        reason = self.why
        if reason is None or reason.rule not in ROUTE_RULES:
            return ""
        return reason.text


class JournalNote(msgspec.Struct, frozen=True):
    """Something that happened besides exchanges."""

    timestamp: float
    text: str


class Journal:
    """A ring of exchanges; the oldest goes when as many exchanges, or bytes, are reached as the sandbox's limits say.

    Every byte counts, of heads and paths too, and what Python takes besides: a head of 64 KB may have 6,400 headers.
    """

    def __init__(self, memory: SandboxMemory | None = None) -> None:
        self._memory = memory or SandboxMemory()
        limits = self._memory.limits
        self._ring: deque[JournalEntry] = deque()
        # of each exchange in the ring, so that it is measured once
        self._sizes: deque[int] = deque()
        self._max_count = limits.journal_exchanges
        self._limit = limits.journal_bytes
        self._size = 0
        # how many were forgotten by clear(): numbers go on, so that no two exchanges ever have the same
        self._cleared_count = 0
        self.dropped = 0
        self.notes: deque[JournalNote] = deque(maxlen=limits.journal_notes)

    def add(self, entry: JournalEntry) -> None:
        """Write one exchange down."""
        size = measure_exchange(entry)
        memory = self._memory
        ring = self._ring
        # requests are answered on the loop, and long ones in a thread beside it
        with memory.lock:
            ring.append(entry)
            self._sizes.append(size)
            size_before = self._size
            self._size += size
            while self._size > self._limit or len(ring) > self._max_count:
                self._drop_oldest()
            memory.charge("journal", self._size - size_before)

    def add_note(self, text: str, timestamp: float) -> None:
        """Write down what is no exchange; of a long text its beginning."""
        if len(text) > MAX_NOTE_LENGTH:
            text = f"{text[:MAX_NOTE_LENGTH]}…"
        with self._memory.lock:
            size = -self._measure_notes()
            self.notes.append(JournalNote(timestamp, text))
            self._memory.charge("journal", size + self._measure_notes())

    def clear(self) -> None:
        """Forget everything; what comes is counted on from here."""
        with self._memory.lock:
            self._memory.charge("journal", -self._size - self._measure_notes())
            self._cleared_count += self.dropped + len(self._ring)
            self._ring.clear()
            self._sizes.clear()
            self.notes.clear()
            self._size = 0
            self.dropped = 0

    def release_oldest(self, size: int) -> int:
        """Forget the oldest exchanges, about that many bytes of them; return how many it were. The lock is held."""
        size_before = self._size
        while self._ring and size_before - self._size < size:
            self._drop_oldest()
        released = size_before - self._size
        self._memory.charge("journal", -released)
        return released

    def _measure_notes(self) -> int:
        return sum(NOTE_BYTES + sys.getsizeof(note.text) for note in self.notes)

    def _drop_oldest(self) -> None:
        self._ring.popleft()
        self._size -= self._sizes.popleft()
        self.dropped += 1

    @property
    def entries(self) -> tuple[JournalEntry, ...]:
        """Return what is kept, the oldest first."""
        return tuple(self._ring)

    @property
    def numbered_entries(self) -> list[tuple[int, JournalEntry]]:
        """Return what is kept, with the number of each since the beginning, from 1."""
        return list(enumerate(self.entries, start=self._cleared_count + self.dropped + 1))

    @property
    def total_count(self) -> int:
        """Return how many there were since the beginning."""
        return self._cleared_count + self.dropped + len(self._ring)

    def __iter__(self) -> Iterator[tuple[Request, Response]]:
        return iter([(entry.request, entry.response) for entry in self.entries])

    def __len__(self) -> int:
        return len(self._ring)


def measure_exchange(entry: JournalEntry) -> int:
    """Return about how many bytes an exchange takes in memory."""
    request = entry.request
    response = entry.response
    headers = request.headers
    if response.headers:
        headers += response.headers
    path = request.path
    size = EXCHANGE_BYTES + len(path) + len(request.body) + len(request.query) + len(response.body)
    if not path.isascii():
        # one emoji makes each letter of a path take four bytes, and the interpreter knows how many it takes
        size += sys.getsizeof(path)
    # this is done for every request, and a list is the fastest way
    size += sum([len(name) + len(value) for name, value in headers]) + BYTES_PER_HEADER * len(headers)
    if entry.reason_finder is not None:
        size += REASON_BYTES
    return size
