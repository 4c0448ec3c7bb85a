"""The marks that an answer carries (time, trace, request id): the same for the same seed and request."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

import msgspec

from lookalike_specs.messages import Request

EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z
YEAR_MS = 31_536_000_000


class ResponseIds(msgspec.Struct, frozen=True):
    """`digest` is 32 hex digits of seed and request; the rest is read from it."""

    digest: str

    @property
    def timestamp_ms(self) -> int:
        """Milliseconds since 1970, somewhere in 2025."""
        return EPOCH_MS + int(self.digest[:12], 16) % YEAR_MS

    @property
    def iso_time(self) -> str:
        """The timestamp as ISO 8601 with milliseconds and zone."""
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds")

    @property
    def trace_id(self) -> str:
        """12 hex digits."""
        return self.digest[12:24]

    @property
    def request_id(self) -> str:
        """An upper-case UUID."""
        text = self.digest.upper()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def derive_response_ids(seed: int, request: Request) -> ResponseIds:
    """The marks of one request."""
    said = b"%b?%b\n%b" % (request.path.encode("utf-8", "replace"), request.query, request.body)
    return ResponseIds(blake2b(said, digest_size=16, key=b"%d" % seed).hexdigest())
