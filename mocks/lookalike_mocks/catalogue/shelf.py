"""Items as they were put into words once, kept for the next page that holds them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

MAX_SLOTS = 16_384


class ItemCache:
    """Product index -> its item, made at first use. Each index has one slot; an item makes way for the next one there.

    Flat tables, as a page of 20 looks up 20 items: a dict touches four times the memory, an LRU ten times.
    """

    def __init__(self, make: Callable[[int], bytes], size: int) -> None:
        slots = min(size, MAX_SLOTS)
        self._render = make
        self._is_whole = size <= MAX_SLOTS
        self._indexes = array("q", [-1]) * slots
        self._items = [b""] * slots

    def get(self, indexes: Sequence[int]) -> list[bytes]:
        """The items of these products, in that order."""
        holds, items, slots = self._indexes, self._items, len(self._items)
        if self._is_whole:
            found = list(map(items.__getitem__, indexes))
            return found if all(found) else [items[index] or self._put(index) for index in indexes]
        return [items[index % slots] if holds[index % slots] == index else self._put(index) for index in indexes]

    def _put(self, index: int) -> bytes:
        slot = index % len(self._items)
        self._items[slot] = made = self._render(index)
        self._indexes[slot] = index
        return made
