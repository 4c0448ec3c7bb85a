"""What the control API reads and writes: queries, bodies, then responses, each in the order of the operations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..reason import Reason
from ..sandbox.scheduled import MAX_SCHEDULED_SITUATIONS, RepeatCount, ScheduledSituation
from ..sandbox.state import Quota
from ..situations import SituationDetails
from ..weather import Weather

MAX_TIMESTAMP = 253_402_300_799  # the end of the year 9999
# JSON numbers beyond 2**53 are exact in msgspec and Python, but not in every client
MAX_EXCHANGE_NUMBER = 2**53
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]
CatalogueSize = Annotated[int, Meta(ge=1, le=10**9)]
TimeInput = Annotated[float, Meta(ge=0, le=MAX_TIMESTAMP)] | Annotated[datetime, Meta(tz=True)]


class RequestModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends; a name that is not known is an error, as it may be a misspelled one."""


# --- queries ---


class EmptyQuery(RequestModel, frozen=True):
    """No parameters."""


class SituationQuery(RequestModel, frozen=True):
    """One `situation`, or all."""

    situation: str | UnsetType = UNSET


class JournalQuery(RequestModel, frozen=True):
    """The newest `limit` exchanges; with `since`, the first `limit` of those after the one of that number."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    since: Annotated[int, Meta(ge=0, le=MAX_EXCHANGE_NUMBER)] | UnsetType = UNSET


# --- bodies ---


class ClockSettings(RequestModel, frozen=True):
    """`now` is in seconds since 1970, or ISO 8601 with an offset from UTC; a clock that is not `running` stands still.

    Without `now` the clock keeps its time.
    """

    now: TimeInput | None = None
    running: bool = True


class NewSandbox(RequestModel, frozen=True):
    """The settings of a new sandbox; without `seed` or `size` it takes the server's."""

    seed: Seed | None = None
    size: CatalogueSize | None = None
    quota: Quota | None = None
    clock: ClockSettings | None = None
    weather: Weather = Weather()
    situations: Annotated[list[ScheduledSituation], Meta(max_length=MAX_SCHEDULED_SITUATIONS)] = []


class SandboxChange(RequestModel, frozen=True):
    """What is to change; the rest stays.

    A `quota` of null has no limits, a `clock` of null is the real time, a `weather` of null is calm.
    """

    seed: Seed | UnsetType = UNSET
    quota: Quota | UnsetType | None = UNSET
    clock: ClockSettings | UnsetType | None = UNSET
    weather: Weather | UnsetType | None = UNSET


class WrongCertificateRequest(RequestModel, frozen=True):
    """The wrong certificate is presented in the next `times` TLS handshakes, or until the right one is set again."""

    times: RepeatCount | None = None


# --- responses ---


class MemoryUse(msgspec.Struct, frozen=True):
    """Bytes that are used, and the most that may be; `kinds` are what they go to."""

    used: int
    limit: int
    kinds: dict[str, int]


class MemoryHealth(msgspec.Struct, frozen=True):
    """What requests keep in this process: in all sandboxes together, in caches, and as bodies that are under way.

    `bodies` is None under another server than ours, which counts them by itself.
    """

    used: int
    limit: int
    sandboxes: MemoryUse
    caches: MemoryUse
    bodies: MemoryUse | None = None


class Health(msgspec.Struct, frozen=True):
    """The server answers; `generation` counts how often this `worker` was started, and `pid` is its process."""

    status: str
    apis: list[str]
    worker: int
    generation: int
    pid: int
    memory: MemoryHealth


class ApiAccess(msgspec.Struct, frozen=True):
    """Where an API is, and the sandbox's credentials for it, under the vendor's own names."""

    base_url: str
    credentials: dict[str, str]


class ClockState(msgspec.Struct, frozen=True):
    """`now` is in seconds since 1970; a clock that is not `running` stands still."""

    now: float
    running: bool


class JournalSize(msgspec.Struct, frozen=True):
    """How many exchanges the journal holds, and how many older ones it dropped."""

    entries: int
    dropped: int


class SandboxView(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox with its credentials; `situations` are those that are still scheduled."""

    id: str
    base_url: str
    apis: dict[str, ApiAccess]
    seed: int
    size: int
    quota: Quota
    clock: ClockState
    weather: Weather
    situations: list[ScheduledSituation]
    journal: JournalSize
    memory: MemoryUse


class SandboxSummary(msgspec.Struct, frozen=True):
    """A sandbox without its credentials."""

    id: str
    seed: int
    size: int


class SandboxList(msgspec.Struct, frozen=True):
    """The sandboxes of this worker, the demo accounts' first, then by age."""

    sandboxes: list[SandboxSummary]


class ScheduledSituationList(msgspec.Struct, frozen=True):
    """The scheduled situations in their order, with what is left of `times`."""

    situations: list[ScheduledSituation]


class CancelledSituations(msgspec.Struct, frozen=True):
    """How many scheduled situations were cancelled."""

    cancelled: int


class BodyView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A body of `size` bytes: UTF-8 as `text`, anything else as `base64`; a `truncated` one shows its first bytes."""

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
    """A response before its fault, if it had one; the fault is the exchange's situation."""

    status: int
    headers: list[tuple[str, str]]
    body: BodyView


class ExchangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange, its secrets shown as `***`.

    `timestamp` is by the sandbox's clock. `api` and `operation` are "" where none is meant, and Lookalike answered
    itself. `near_miss` is for a request that no operation matched. `why` says why the answer is no ordinary one; null
    where it is. `curl` is a command that sends the request again, once the secrets are put back; null where the body is
    truncated or no text.
    """

    number: int
    timestamp: float
    api: str
    operation: str
    situation: str
    near_miss: str
    why: Reason | None
    request: RequestView
    response: ResponseView
    curl: str | None


class NoteView(msgspec.Struct, frozen=True):
    """What happened besides exchanges."""

    timestamp: float
    text: str


class JournalPage(msgspec.Struct, frozen=True):
    """Exchanges from the oldest to the newest; `dropped` counts those that were too many. `next` is for `since`."""

    entries: list[ExchangeView]
    next: int
    dropped: int
    notes: list[NoteView]


class SituationList(msgspec.Struct, frozen=True):
    """Every situation that can be scheduled."""

    situations: list[SituationDetails]


class CertificateAuthority(msgspec.Struct, frozen=True):
    """The CA behind the server's certificates, as PEM."""

    ca: str
