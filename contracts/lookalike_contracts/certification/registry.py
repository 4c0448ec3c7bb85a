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
    """One thing that a client did wrong; `source` is where the rule comes from that it broke.

    `subject` tells it from what else the check may find in the same case, such as the parameter's name. It has nothing
    that is another one in the next run, as baselines know a finding by it.
    """

    message: str
    source: Source
    check: str = ""
    subject: str = ""


# Of the checks that there are. A release that adds a check makes it one more, and the new check says so by its `since`.
CURRENT_SUITE: Final = 1
ClientCheckFunction = Callable[[ClientOutcome], Iterator[ClientFinding]]


@dataclass(frozen=True, slots=True)
class ClientCheck:
    """What is held, why, and how to keep it.

    One that `is_timed` judges by the clock: its findings count only if they are made again when the case is played again.
    `since` is the suite that it came with: it fails nobody who asks for an older one.
    """

    id: str
    summary: str
    rationale: str
    remediation: str
    function: ClientCheckFunction
    since: int
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


def client_check(  # noqa: PLR0913 - each is a part of a check
    check_id: str, *, summary: str, rationale: str, remediation: str, since: int, is_timed: bool = False
) -> Callable[[ClientCheckFunction], ClientCheckFunction]:
    """Register a check: a function of an outcome that yields findings. Raise DuplicateCheck when the id is taken."""

    def register(function: ClientCheckFunction) -> ClientCheckFunction:
        if check_id in CLIENT_CHECKS:
            raise DuplicateCheck(check_id, CLIENT_CHECKS[check_id].function.__module__, function.__module__)
        CLIENT_CHECKS[check_id] = ClientCheck(check_id, summary, rationale, remediation, function, since, is_timed)
        return function

    return register
