"""What the control API answers."""

from __future__ import annotations

import msgspec

from ..demands import Demand
from ..quota import Quota
from ..situations import Situation


class Health(msgspec.Struct, frozen=True):
    """The server answers; `generation` counts the lives of this `worker`, whose process is `pid`."""

    status: str
    apis: list[str]
    worker: int
    generation: int
    pid: int


class Place(msgspec.Struct, frozen=True):
    """Where an API is, and what it knows the sandbox by, under the vendor's own names."""

    base_url: str
    credentials: dict[str, str]


class Time(msgspec.Struct, frozen=True):
    """`now` in seconds since 1970, and whether it goes on."""

    now: float
    runs: bool


class Kept(msgspec.Struct, frozen=True):
    """How many exchanges the journal holds, and how many more it held."""

    entries: int
    dropped: int


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox with its credentials; `situations` are those that still wait."""

    id: str
    base_url: str
    apis: dict[str, Place]
    seed: int
    size: int
    quota: Quota
    clock: Time
    situations: list[Demand]
    journal: Kept


class Brief(msgspec.Struct, frozen=True):
    """A sandbox without its credentials."""

    id: str
    seed: int
    size: int


class Sandboxes(msgspec.Struct, frozen=True):
    """The sandboxes of this worker, the demo accounts' first, then by age."""

    sandboxes: list[Brief]


class Waiting(msgspec.Struct, frozen=True):
    """The situations that wait, in their order, with what is left of `times`."""

    situations: list[Demand]


class TakenBack(msgspec.Struct, frozen=True):
    """How many situations wait no longer."""

    taken_back: int


class Situations(msgspec.Struct, frozen=True):
    """Everything that can be asked for."""

    situations: list[Situation]


class Authority(msgspec.Struct, frozen=True):
    """The CA behind the server's certificates, as PEM."""

    ca: str


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """Text as it is, anything else in `base64`; of `size` bytes it was `cut` to the first of them."""

    size: int
    text: str | None = None
    base64: str | None = None
    cut: bool = False


class Asked(msgspec.Struct, frozen=True):
    """A request; `url` is path and query."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: Body


class Answered(msgspec.Struct, frozen=True):
    """A reply as it was meant; its fault, if any, is the exchange's situation."""

    status: int
    headers: list[tuple[str, str]]
    body: Body


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange, its secrets covered by `***`.

    `at` is by the sandbox's clock. `near` is for a request that no operation matched. `curl` sends it again, once the
    secrets are put back; null where the body was cut.
    """

    number: int
    at: float
    api: str
    situation: str
    near: str
    request: Asked
    reply: Answered
    curl: str | None


class Remark(msgspec.Struct, frozen=True):
    """What happened besides exchanges."""

    at: float
    text: str


class Journal(msgspec.Struct, frozen=True):
    """Exchanges from the oldest to the newest, besides those `dropped` as too many; `next` is for `since`."""

    entries: list[Exchange]
    next: int
    dropped: int
    notes: list[Remark]
