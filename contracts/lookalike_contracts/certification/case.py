"""One situation that a client is put in, and what it did there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from lookalike_specs import Api, Operation
from lookalike_specs.client_guidance import ErrorKind
from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import Source

from ..clients import RequestViolation
from .protocol import ClientResponse, TaskName

# what a client has to do: give the goods of the answer, or say that it failed
Expectation = Literal["items", "failure"]
# how a driver failed to answer at all
DriverProblem = Literal["", "hang", "crash", "malformed"]


@dataclass(frozen=True, slots=True)
class ClientCase:
    """A situation of an operation; `situation` is "" for an ordinary answer.

    `source` says where it is known from that the situation is as it is played.
    """

    api: str
    operation: str
    situation: str
    expectation: Expectation
    source: Source
    task: TaskName = "search"

    @property
    def id(self) -> str:
        """Return `tmapi/439`, or `tmapi/ok`."""
        return f"{self.api}/{self.situation or 'ok'}"


class RecordedExchange(NamedTuple):
    """A request of the client, the response that it got, and when it asked, in seconds since 1970.

    `situation` is what the response was, by its short id; "" for an ordinary one.
    """

    request: Request
    response: Response
    received_at: float
    situation: str = ""


@dataclass(frozen=True, slots=True)
class ClientOutcome:
    """What a client did in a case.

    `variants` are those of the server, `secrets` the account's, by their names. `seconds` is how long the task took.
    `kinds` says what the client's kinds of errors mean; it is empty for a client without kinds.
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
