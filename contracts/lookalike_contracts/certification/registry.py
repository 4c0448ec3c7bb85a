"""The checks of clients, each with a lasting id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from lookalike_specs.provenance import Source

from ..exceptions import DuplicateCheck
from ..severity import Severity
from .case import ClientOutcome


@dataclass(frozen=True, slots=True)
class ClientFinding:
    """One thing that a client did wrong; `source` is where the rule comes from that it broke."""

    message: str
    source: Source
    check: str = ""


ClientCheckFunction = Callable[[ClientOutcome], Iterator[ClientFinding]]


@dataclass(frozen=True, slots=True)
class ClientCheck:
    """What is held, why, and how to keep it.

    One that `is_timed` judges by the clock: its findings count only if they are made again when the case is played again.
    """

    id: str
    summary: str
    rationale: str
    remediation: str
    function: ClientCheckFunction
    is_timed: bool = False

    # as checks of servers have them, for whoever lists both: what a client is held to is in the findings
    severity: ClassVar[Severity] = "error"
    source: ClassVar[str] = "docs/certify.md"
    provenance: ClassVar[Source | None] = None

    @property
    def family(self) -> str:
        """Return the part of the id before the slash."""
        return self.id.partition("/")[0]


CLIENT_CHECKS: Final[dict[str, ClientCheck]] = {}


def client_check(
    check_id: str, *, summary: str, rationale: str, remediation: str, is_timed: bool = False
) -> Callable[[ClientCheckFunction], ClientCheckFunction]:
    """Register a check: a function of an outcome that yields findings. Raise DuplicateCheck when the id is taken."""

    def register(function: ClientCheckFunction) -> ClientCheckFunction:
        if check_id in CLIENT_CHECKS:
            raise DuplicateCheck(check_id, CLIENT_CHECKS[check_id].function.__module__, function.__module__)
        CLIENT_CHECKS[check_id] = ClientCheck(check_id, summary, rationale, remediation, function, is_timed)
        return function

    return register
