"""Items as they were put into words once, kept for the next page that holds them."""

from __future__ import annotations

from collections.abc import Callable

LIMIT = 16_384


class Shelf(dict[int, bytes]):
    """Product index -> its item; made at first use. When LIMIT items stand on it, it is emptied.

    A plain dict, as pages of neighbours then lie side by side in memory; the bookkeeping of an LRU costs more than
    making the few items again.
    """

    def __init__(self, make: Callable[[int], bytes]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, index: int) -> bytes:
        if len(self) >= LIMIT:
            self.clear()
        made = self[index] = self._make(index)
        return made
