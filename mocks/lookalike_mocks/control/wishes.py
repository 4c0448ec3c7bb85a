"""What callers of the control API may ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..demands import MAX_SCHEDULED_SITUATIONS, ScheduledSituation, RepeatCount
from ..quota import Quota

MAX_TIMESTAMP = 253_402_300_799  # the end of the year 9999
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]
CatalogueSize = Annotated[int, Meta(ge=1, le=10**9)]
TimeInput = Annotated[float, Meta(ge=0, le=MAX_TIMESTAMP)] | Annotated[datetime, Meta(tz=True)]


class RequestModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown names are errors."""


class ClockSettings(RequestModel, frozen=True):
    """`now` in seconds since 1970, or as ISO 8601 with its offset from UTC; it `runs` on from there, or stands still.

    Without `now` it is as late as it is.
    """

    now: TimeInput | None = None
    running: bool = True


class NewSandbox(RequestModel, frozen=True):
    """A sandbox; seed and size are the server's where nothing is said."""

    seed: Seed | None = None
    size: CatalogueSize | None = None
    quota: Quota | None = None
    clock: ClockSettings | None = None
    situations: Annotated[list[ScheduledSituation], Meta(max_length=MAX_SCHEDULED_SITUATIONS)] = []


class SandboxChange(RequestModel, frozen=True):
    """What is to be different; what is not named stays. Without limits is `quota` null, the real time `clock` null."""

    seed: Seed | UnsetType = UNSET
    quota: Quota | UnsetType | None = UNSET
    clock: ClockSettings | UnsetType | None = UNSET


class JournalQuery(RequestModel, frozen=True):
    """The newest `limit` exchanges; with `since`, the first `limit` of those after the one of that number."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    since: Annotated[int, Meta(ge=0, le=2**53)] | UnsetType = UNSET


class WrongCertificateRequest(RequestModel, frozen=True):
    """In the next `times` TLS handshakes, or until it is taken back."""

    times: RepeatCount | None = None


class SituationQuery(RequestModel, frozen=True):
    """One `situation`, or all."""

    situation: str | UnsetType = UNSET


class EmptyQuery(RequestModel, frozen=True):
    """No parameters."""
