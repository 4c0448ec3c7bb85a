"""Cases divided among machines that do not speak with each other."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

DIGEST_BYTES: Final = 8


class Shard(NamedTuple):
    """One of `total` shares of the cases; `number` counts from 1."""

    number: int
    total: int

    def has_case(self, case_id: str) -> bool:
        """Return whether the case is in this shard.

        That is a function of its id alone: no machine has to know which cases there are besides, and a case that is added
        moves no other one.
        """
        # not `hash`, which is another one in each process
        digest = sha256(case_id.encode()).digest()[:DIGEST_BYTES]
        return int.from_bytes(digest, "big") % self.total == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"
