"""The checks there are, each with a lasting id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .finding import Broken, Exchange, Severity

if TYPE_CHECKING:
    from .subject import Subject

Look = Callable[["Subject", Exchange], Iterator[Broken]]
Probe = Callable[["Subject"], Iterator[Broken]]
Applies = Callable[["Subject"], bool]


def _always(_: Subject) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """What is held, why, and how to keep it.

    A check either looks at every answer that comes by (`look`) or asks for itself (`probe`). Its id is
    `family/name` and stays for good.
    """

    id: str
    says: str
    why: str
    how: str
    source: str
    severity: Severity = "error"
    applies: Applies = _always
    look: Look | None = None
    probe: Probe | None = None

    @property
    def family(self) -> str:
        """What stands before the slash."""
        return self.id.partition("/")[0]


CHECKS: dict[str, Check] = {}


class Told(TypedDict):
    """What is told of a check besides its id."""

    says: str
    why: str
    how: str
    source: str
    severity: NotRequired[Severity]
    applies: NotRequired[Applies]


def look(id: str, **told: Unpack[Told]) -> Callable[[Look], Look]:
    """Register a check that looks at every answer."""

    def register(function: Look) -> Look:
        _keep(Check(id, look=function, **told))
        return function

    return register


def probe(id: str, **told: Unpack[Told]) -> Callable[[Probe], Probe]:
    """Register a check that asks for itself, once for each operation that it applies to."""

    def register(function: Probe) -> Probe:
        _keep(Check(id, probe=function, **told))
        return function

    return register


def _keep(check: Check) -> None:
    """Raises ValueError for an id that is taken: it would silence the other check."""
    if check.id in CHECKS:
        raise ValueError(f"two checks are called {check.id!r}")
    CHECKS[check.id] = check
