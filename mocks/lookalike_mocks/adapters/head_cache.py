"""Heads that came before: a client that asks the same again, as test suites do, sends the same bytes."""

from __future__ import annotations

from typing import Final

import msgspec

from lookalike_specs.messages import Request

from ..bounded_cache import BoundedCache

MAX_HEADS: Final = 4096
MAX_TOTAL_BYTES: Final = 16 * 1024 * 1024
# of one head; a longer one is parsed each time
MAX_HEAD_BYTES: Final = 4096
# what a head takes besides its texts: the request's own objects, and those of each header; measured
BASE_BYTES: Final = 800
BYTES_PER_HEADER: Final = 122
# a head is there as it came, and its parts once more
TEXT_FACTOR: Final = 2


class KnownHead(msgspec.Struct, frozen=True):
    """A whole request without a body, and what its connection has to know of it."""

    request: Request
    version: str
    keeps_alive: bool


class HeadCache:
    """The requests without a body that came over connections of one scheme, by the very bytes of their heads."""

    def __init__(self) -> None:
        self._heads: BoundedCache[bytes, KnownHead] = BoundedCache(MAX_HEADS, MAX_TOTAL_BYTES)
        self.get = self._heads.get

    @property
    def size(self) -> int:
        """Return about how many bytes of memory are taken."""
        return self._heads.size

    def keep(self, head: bytes, known: KnownHead) -> None:
        """Remember a head that was parsed."""
        if len(head) > MAX_HEAD_BYTES:
            return
        size = BASE_BYTES + TEXT_FACTOR * len(head) + BYTES_PER_HEADER * len(known.request.headers)
        self._heads.put(head, known, size)
