"""What was asked and answered, newest last, bounded in count and bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from lookalike_specs.wire import Reply, Request


class Journal:
    """A ring of exchanges; the oldest goes when `count` exchanges or `size` bytes are reached."""

    def __init__(self, count: int = 1000, size: int = 4 * 1024 * 1024) -> None:
        self._ring: deque[tuple[Request, Reply]] = deque(maxlen=count)
        self._limit = size
        self._size = 0

    def add(self, request: Request, reply: Reply) -> None:
        """Write one exchange down."""
        ring = self._ring
        if len(ring) == ring.maxlen:
            self._drop()
        ring.append((request, reply))
        self._size += len(request.body) + len(request.query) + len(reply.body)
        while self._size > self._limit and ring:
            self._drop()

    def _drop(self) -> None:
        request, reply = self._ring.popleft()
        self._size -= len(request.body) + len(request.query) + len(reply.body)

    def __iter__(self) -> Iterator[tuple[Request, Reply]]:
        return iter(tuple(self._ring))

    def __len__(self) -> int:
        return len(self._ring)
