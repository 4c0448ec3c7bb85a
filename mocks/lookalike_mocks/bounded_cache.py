"""A cache that is bounded by what it takes, for what clients' own texts are the keys of."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from .memory.caches import CACHES

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """A cache of at most `max_count` values that take at most `max_bytes` together, of the memory of all caches.

    When it is full, all go at once: to know which was used longest ago would cost something at each look. It may be used
    by several threads, since each step is one of a dict's.
    """

    kind = "requests"

    def __init__(self, max_count: int, max_bytes: int) -> None:
        self._values: dict[Key, Value] = {}
        # bound to the dict for good, as it is called for every request
        self.get = self._values.get
        self._max_count = max_count
        self._max_bytes = max_bytes
        self.size = 0

    def __len__(self) -> int:
        return len(self._values)

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value that takes `size` bytes with its key."""
        if len(self._values) >= self._max_count or self.size + size > self._max_bytes:
            self.clear()
        self._values[key] = value
        self.size += size
        CACHES.charge(self, size)

    def clear(self) -> None:
        """Forget all of them."""
        self._values.clear()
        self.size = 0
        CACHES.forget(self)
