"""How much memory requests may leave behind: the table of bounds that `lookalike serve --limits` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

MEBIBYTE: Final = 1024 * 1024
# what a sandbox's memory goes to; `credentials` is all that it is made of when nobody has used it yet
MemoryKind = Literal["credentials", "images", "journal", "nonces", "rates", "situations", "uploads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLimits:
    """The bounds of what is kept behind a response, in bytes and in numbers.

    `MEMORY_LIMIT_DESCRIPTIONS` says what each means and what happens at it.
    """

    journal_bytes: int = 4 * MEBIBYTE
    journal_exchanges: int = 1000
    journal_notes: int = 100
    image_bytes: int = 8 * MEBIBYTE
    images: int = 1000
    upload_bytes: int = 16 * MEBIBYTE
    uploads: int = 100
    nonce_bytes: int = 8 * MEBIBYTE
    rate_bytes: int = MEBIBYTE
    situations: int = 1000
    sandboxes: int = 256
    sandboxes_bytes: int = 64 * MEBIBYTE
    cache_bytes: int = 64 * MEBIBYTE
    log_bytes: int = 8 * MEBIBYTE

    @property
    def sandbox_bytes(self) -> int:
        """Return the most that one sandbox can hold: the sum of its parts.

        A part never takes the room of another, so that an upload does not cost the journal its exchanges.
        """
        parts = (self.journal_bytes, self.image_bytes, self.upload_bytes, self.nonce_bytes, self.rate_bytes)
        return sum(parts) + SITUATION_BYTES * self.situations + SANDBOX_BYTES


# Measured by tracemalloc on CPython 3.11 and rounded up. A sandbox of all five APIs takes 11 KB.
SANDBOX_BYTES: Final = 12 * 1024
# of a scheduled situation, with its delay
SITUATION_BYTES: Final = 512

SANDBOX_BYTES_DESCRIPTION: Final = "of one sandbox: all of the above together, and what it is made of"
MEMORY_LIMIT_DESCRIPTIONS: Final = {
    "journal_bytes": "of a sandbox's journal; beyond it: the oldest exchange goes",
    "journal_exchanges": "in a sandbox's journal; beyond it: the oldest goes",
    "journal_notes": "in a sandbox's journal; beyond it: the oldest goes",
    "image_bytes": "of the images that were added to a sandbox; beyond it: the oldest goes, and a note says so",
    "images": "that were added to a sandbox; beyond it: the same",
    "upload_bytes": "of the files that were uploaded to a sandbox; beyond it: the oldest goes, and a note says so",
    "uploads": "that a sandbox holds; beyond it: the same",
    "nonce_bytes": "of the nonces of a sandbox's last 15 minutes; beyond it: the oldest may be used again",
    "rate_bytes": "of the times of a sandbox's last second; beyond it: what was asked for longest ago starts anew",
    "situations": "that wait in a sandbox; beyond it: 409",
    "sandboxes": "beside that of the demo accounts; beyond it: the oldest goes, and its clients get 410",
    "sandboxes_bytes": "of all sandboxes together; beyond it: the fullest ones lose their oldest, and a note says so",
    "cache_bytes": "of what can be computed again; beyond it: the largest caches are emptied",
    "log_bytes": "of requests that wait for their line; beyond it: their lines say no reasons",
}
