"""The checks of clients, each with a lasting id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from lookalike_specs.provenance import Source

from ..exceptions import DuplicateCheck
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
    """What is held, why, and how to keep it."""

    id: str
    summary: str
    rationale: str
    remediation: str
    function: ClientCheckFunction


CLIENT_CHECKS: Final[dict[str, ClientCheck]] = {}


def client_check(
    check_id: str, *, summary: str, rationale: str, remediation: str
) -> Callable[[ClientCheckFunction], ClientCheckFunction]:
    """Register a check: a function of an outcome that yields findings. Raise DuplicateCheck when the id is taken."""

    def register(function: ClientCheckFunction) -> ClientCheckFunction:
        if check_id in CLIENT_CHECKS:
            raise DuplicateCheck(check_id, CLIENT_CHECKS[check_id].function.__module__, function.__module__)
        CLIENT_CHECKS[check_id] = ClientCheck(check_id, summary, rationale, remediation, function)
        return function

    return register
