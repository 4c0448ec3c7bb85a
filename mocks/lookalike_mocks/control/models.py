"""What callers of the control API may ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..sandbox.scheduled import MAX_SCHEDULED_SITUATIONS, RepeatCount, ScheduledSituation
from ..sandbox.state import Quota
from ..situations import SituationDetails

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


class Health(msgspec.Struct, frozen=True):
    """The server answers; `generation` counts the lives of this `worker`, whose process is `pid`."""

    status: str
    apis: list[str]
    worker: int
    generation: int
    pid: int


class ApiAccess(msgspec.Struct, frozen=True):
    """Where an API is, and what it knows the sandbox by, under the vendor's own names."""

    base_url: str
    credentials: dict[str, str]


class ClockState(msgspec.Struct, frozen=True):
    """`now` in seconds since 1970, and whether it goes on."""

    now: float
    running: bool


class JournalSize(msgspec.Struct, frozen=True):
    """How many exchanges the journal holds, and how many more it held."""

    entries: int
    dropped: int


class SandboxView(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox with its credentials; `situations` are those that still wait."""

    id: str
    base_url: str
    apis: dict[str, ApiAccess]
    seed: int
    size: int
    quota: Quota
    clock: ClockState
    situations: list[ScheduledSituation]
    journal: JournalSize


class SandboxSummary(msgspec.Struct, frozen=True):
    """A sandbox without its credentials."""

    id: str
    seed: int
    size: int


class SandboxList(msgspec.Struct, frozen=True):
    """The sandboxes of this worker, the demo accounts' first, then by age."""

    sandboxes: list[SandboxSummary]


class ScheduledSituationList(msgspec.Struct, frozen=True):
    """The situations that wait, in their order, with what is left of `times`."""

    situations: list[ScheduledSituation]


class CancelledSituations(msgspec.Struct, frozen=True):
    """How many situations wait no longer."""

    cancelled: int


class SituationList(msgspec.Struct, frozen=True):
    """Everything that can be asked for."""

    situations: list[SituationDetails]


class CertificateAuthority(msgspec.Struct, frozen=True):
    """The CA behind the server's certificates, as PEM."""

    ca: str


class BodyView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Text as it is, anything else in `base64`; of `size` bytes it was `cut` to the first of them."""

    size: int
    text: str | None = None
    base64: str | None = None
    truncated: bool = False


class RequestView(msgspec.Struct, frozen=True):
    """A request; `url` is path and query."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: BodyView


class ResponseView(msgspec.Struct, frozen=True):
    """A reply as it was meant; its fault, if any, is the exchange's situation."""

    status: int
    headers: list[tuple[str, str]]
    body: BodyView


class ExchangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange, its secrets covered by `***`.

    `at` is by the sandbox's clock. `near` is for a request that no operation matched. `curl` sends it again, once the
    secrets are put back; null where the body was cut.
    """

    number: int
    timestamp: float
    api: str
    situation: str
    near_miss: str
    request: RequestView
    response: ResponseView
    curl: str | None


class NoteView(msgspec.Struct, frozen=True):
    """What happened besides exchanges."""

    timestamp: float
    text: str


class JournalPage(msgspec.Struct, frozen=True):
    """Exchanges from the oldest to the newest, besides those `dropped` as too many; `next` is for `since`."""

    entries: list[ExchangeView]
    next: int
    dropped: int
    notes: list[NoteView]
