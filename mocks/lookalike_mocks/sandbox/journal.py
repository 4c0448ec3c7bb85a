"""What was asked and answered, newest last, bounded in count and bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Final

import msgspec

from lookalike_specs.messages import Request, Response

from ..reason import ROUTE_RULES, Reason, ReasonFinder

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
    """A ring of exchanges; the oldest goes when `count` exchanges or `size` bytes are reached."""

    def __init__(self, count: int = 1000, size: int = 4 * 1024 * 1024) -> None:
        self._ring: deque[JournalEntry] = deque(maxlen=count)
        # of each exchange in the ring, so that it is measured once
        self._sizes: deque[int] = deque()
        self._limit = size
        self._size = 0
        # how many were forgotten by clear(): numbers go on, so that no two exchanges ever have the same
        self._cleared_count = 0
        self.dropped = 0
        self.notes: deque[JournalNote] = deque(maxlen=100)

    def add(self, entry: JournalEntry) -> None:
        """Write one exchange down."""
        ring = self._ring
        if len(ring) == ring.maxlen:
            self._drop_oldest()
        ring.append(entry)
        size = _measure(entry)
        self._sizes.append(size)
        self._size += size
        while self._size > self._limit and ring:
            self._drop_oldest()

    def add_note(self, text: str, timestamp: float) -> None:
        """Write down what is no exchange."""
        self.notes.append(JournalNote(timestamp, text))

    def clear(self) -> None:
        """Forget everything; what comes is counted on from here."""
        self._cleared_count += self.dropped + len(self._ring)
        self._ring.clear()
        self._sizes.clear()
        self.notes.clear()
        self._size = 0
        self.dropped = 0

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


def _measure(entry: JournalEntry) -> int:
    """Return about how many bytes an exchange takes, its head included: a head of 64 KB may have 6,400 headers."""
    request = entry.request
    headers = request.headers
    size = len(request.body) + len(request.query) + len(request.path) + len(entry.response.body)
    return size + sum(map(len, chain.from_iterable(headers))) + BYTES_PER_HEADER * len(headers)
