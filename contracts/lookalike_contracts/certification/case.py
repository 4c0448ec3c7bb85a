"""One situation that a client is put in, and what it did there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from lookalike_specs import Api, Operation
from lookalike_specs.client_guidance import ErrorKind
from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import Source

from ..clients import RequestViolation
from .answers.drawn_answer import DrawnAnswer, DrawnKind
from .protocol import ClientResponse, TaskName

# what a client has to do: give the goods of the answer, or what the API calls the image, or say that it failed;
# `any` where either is right
Expectation = Literal["items", "image", "failure", "any"]
# of cases: an answer that comes byte by byte and never ends, and a certificate of a CA that the client does not know
SLOW_SCRIPTS: Final = frozenset(("wire:slow-head", "wire:slow-body"))
UNKNOWN_CA: Final = "wire:unknown-ca"
# the same, and the task names the file of the CA
KNOWN_CA: Final = "wire:known-ca"
# of a case in which several processes of the client do the same at once
PARALLEL: Final = "parallel"
# of cases in which a client gets one edited answer after the other -> whether the document allows these
DRAWN_SCRIPTS: Final[Mapping[str, DrawnKind]] = {"answers:allowed": "allowed", "answers:forbidden": "forbidden"}
# how a driver failed to answer at all
DriverProblem = Literal["", "hang", "crash", "malformed"]


@dataclass(frozen=True, slots=True)
class ClientCase:
    """A situation of an operation; `situation` is "" for an ordinary answer.

    `source` says where it is known from that the situation is as it is played. `script` is how the server behaves over
    several answers, such as `short-page`. `variant` is the switch that is set otherwise than by default, such as
    `error-format=http-200`, and `variant_source` says where it is known from that the API may be so.
    """

    api: str
    operation: str
    situation: str
    expectation: Expectation
    source: Source
    task: TaskName = "search"
    script: str = ""
    variant: str = ""
    variant_source: Source | None = None

    @property
    def is_scripted(self) -> bool:
        """Return whether more than one answer, or none of the API's, makes the case."""
        return bool(self.script) or self.task == "search-all"

    @property
    def drawn_kind(self) -> DrawnKind | None:
        """Return whether the answers that are drawn are allowed or forbidden; None where none is drawn."""
        return DRAWN_SCRIPTS.get(self.script)

    @property
    def base_id(self) -> str:
        """Return the id without the variant."""
        name = self.situation or self.script or "ok"
        if self.task != "search":
            name = f"{self.task}:{name}"
        return f"{self.api}/{name}"

    @property
    def id(self) -> str:
        """Return such as `tmapi/ok`, `tmapi/439+error-format=http-200` or `tmapi/search-all:short-page`."""
        if self.variant:
            return f"{self.base_id}+{self.variant}"
        return self.base_id


class RecordedExchange(NamedTuple):
    """A request of the client, the response that it got, and when it asked, in seconds since 1970.

    `situation` is what the response was, by its short id; "" for an ordinary one.
    """

    request: Request
    response: Response
    received_at: float
    situation: str = ""


class WireRecord(NamedTuple):
    """What a server saw that is no API: the requests, those that came to another host, and whether it stopped at its own
    bound, because the client took all of a body without end."""

    exchanges: tuple[RecordedExchange, ...] = ()
    foreign_requests: tuple[bytes, ...] = ()
    is_drained: bool = False


NOTHING_SEEN: Final = WireRecord()
# of a body without end, before the server stops at its own bound
MAX_ENDLESS_MEBIBYTES: Final = 16


@dataclass(frozen=True, slots=True)
class ClientOutcome:
    """What a client did in a case.

    `variants` are those of the server, `secrets` the account's, by their names. `seconds` is how long the task took.
    `kinds` says what the client's kinds of errors mean; it is empty for a client without kinds.
    `credentials` are all of the account's, `image_url` is that of the task, and `wire` is what a server saw that is none
    of the API's.
    `drawn` is how the answer was edited, in a case whose answers are drawn.
    `item_count` is how many goods there are on all pages together, where the client was to read them all.
    `response` is None where the driver gave none; `problem` and `words` then say why.
    """

    case: ClientCase
    api: Api
    operation: Operation
    variants: Mapping[str, str]
    response: ClientResponse | None
    exchanges: tuple[RecordedExchange, ...]
    violations: tuple[RequestViolation, ...]
    secrets: tuple[tuple[str, str], ...]
    seconds: float
    timeout: float
    problem: DriverProblem = ""
    words: str = ""
    stderr: str = ""
    kinds: Mapping[str, tuple[ErrorKind, ...]] = field(default_factory=dict)
    item_count: int = 0
    credentials: Mapping[str, str] = field(default_factory=dict)
    image_url: str = ""
    wire: WireRecord = NOTHING_SEEN
    drawn: DrawnAnswer | None = None

    @property
    def has_met_situation(self) -> bool:
        """Return whether any answer was the situation of the case, or another that is no ordinary one."""
        return any(exchange.situation for exchange in self.exchanges)
