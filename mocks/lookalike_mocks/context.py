"""What a vendor's handler gets to know of a request, and the marks that its answer bears."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Request

from .parsing import ParsedRequest
from .service import ANONYMOUS, NO_CREDENTIAL, Account, Credential, Endpoint, Service

EPOCH_MS: Final = 1_735_689_600_000  # 2025-01-01T00:00:00Z
YEAR_MS: Final = 31_536_000_000


class RequestContext(msgspec.Struct, frozen=True):
    """One request that an operation was found for.

    `preferences` are those of its `Prefer` headers. `sent_values` are the typed values that were sent, `values` those and
    the defaults. `trigger_parameter` names the parameter whose value selected the situation, if one did. Verifiers see no
    account or situation yet.
    """

    service: Service
    endpoint: Endpoint
    parsed: ParsedRequest
    credential: Credential = NO_CREDENTIAL
    preferences: Mapping[str, str] = {}
    account: Account = ANONYMOUS
    sent_values: dict[str, Any] = {}
    values: dict[str, Any] = {}
    situation: str = ""
    trigger_parameter: str = ""


class ResponseIds(msgspec.Struct, frozen=True):
    """The marks of one answer; `digest` is 32 hex digits, and the rest is read from it.

    `chosen_time` is the sandbox's time in seconds since 1970, where somebody has set its clock.
    """

    digest: str
    chosen_time: float | None = None

    @property
    def timestamp_ms(self) -> int:
        """Return milliseconds since 1970: of a clock that was set, else somewhere in 2025."""
        # The real time would make each answer another one; a run shall be the same from byte to byte when it is repeated.
        if self.chosen_time is not None:
            return int(self.chosen_time * 1000)
        return EPOCH_MS + int(self.digest[:12], 16) % YEAR_MS

    @property
    def iso_time(self) -> str:
        """Return the timestamp as ISO 8601 with milliseconds and zone."""
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds")

    @property
    def trace_id(self) -> str:
        """Return 12 hex digits."""
        return self.digest[12:24]

    @property
    def request_id(self) -> str:
        """Return an upper-case UUID of version 4."""
        text = self.digest.upper()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def derive_response_ids(seed: int, request: Request, chosen_time: float | None = None) -> ResponseIds:
    """Return the marks of an answer: the same for the same seed and request, so that a run can be repeated.

    `chosen_time` is that of a clock that was set, in seconds since 1970.
    """
    # a path can hold half of a surrogate pair, which has no bytes in UTF-8
    path = request.path.encode("utf-8", "replace")
    message = b"%b?%b\n%b" % (path, request.query, request.body)
    return ResponseIds(blake2b(message, digest_size=16, key=b"%d" % seed).hexdigest(), chosen_time)
