"""What callers of the control API may ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..demands import MAX_DEMANDS, Demand, Times
from ..quota import Quota

LAST = 253_402_300_799  # the end of the year 9999
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Size = Annotated[int, Meta(ge=1, le=10**9)]
Moment = Annotated[float, Meta(ge=0, le=LAST)] | Annotated[datetime, Meta(tz=True)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown names are errors."""


class Clock(Wish, frozen=True):
    """`now` in seconds since 1970, or as ISO 8601 with its offset from UTC; it `runs` on from there, or stands still.

    Without `now` it is as late as it is.
    """

    now: Moment | None = None
    runs: bool = True


class NewSandbox(Wish, frozen=True):
    """A sandbox; seed and size are the server's where nothing is said."""

    seed: Seed | None = None
    size: Size | None = None
    quota: Quota | None = None
    clock: Clock | None = None
    situations: Annotated[list[Demand], Meta(max_length=MAX_DEMANDS)] = []


class Change(Wish, frozen=True):
    """What is to be different; what is not named stays. Without limits is `quota` null, the real time `clock` null."""

    seed: Seed | UnsetType = UNSET
    quota: Quota | UnsetType | None = UNSET
    clock: Clock | UnsetType | None = UNSET


class Page(Wish, frozen=True):
    """The newest `limit` exchanges; with `since`, the first `limit` of those after the one of that number."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    since: Annotated[int, Meta(ge=0, le=2**53)] | UnsetType = UNSET


class Wrongly(Wish, frozen=True):
    """In the next `times` TLS handshakes, or until it is taken back."""

    times: Times | None = None


class Which(Wish, frozen=True):
    """One `situation`, or all."""

    situation: str | UnsetType = UNSET


class Nothing(Wish, frozen=True):
    """No parameters."""
