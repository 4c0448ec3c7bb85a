"""The checks there are, each with a lasting id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .exceptions import UnknownCheck
from .finding import Exchange, Failure, Severity

if TYPE_CHECKING:
    from .context import CheckContext

PassiveFunction = Callable[["CheckContext", Exchange], Iterator[Failure]]
ActiveFunction = Callable[["CheckContext"], Iterator[Failure]]
AppliesPredicate = Callable[["CheckContext"], bool]


def _always_applies(_: CheckContext) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """What is held, why, and how to keep it.

    A check either looks at every answer that comes by (`look`) or asks for itself (`probe`). Its id is
    `family/name` and stays for good.
    """

    id: str
    summary: str
    rationale: str
    remediation: str
    source: str
    severity: Severity = "error"
    applies: AppliesPredicate = _always_applies
    passive_function: PassiveFunction | None = None
    active_function: ActiveFunction | None = None

    @property
    def family(self) -> str:
        """What stands before the slash."""
        return self.id.partition("/")[0]


CHECKS: dict[str, Check] = {}


class CheckMetadata(TypedDict):
    """What is told of a check besides its id."""

    summary: str
    rationale: str
    remediation: str
    source: str
    severity: NotRequired[Severity]
    applies: NotRequired[AppliesPredicate]


def passive_check(id: str, **told: Unpack[CheckMetadata]) -> Callable[[PassiveFunction], PassiveFunction]:
    """Register a check that looks at every answer."""

    def register(function: PassiveFunction) -> PassiveFunction:
        _register_check(Check(id, passive_function=function, **told))
        return function

    return register


def active_check(id: str, **told: Unpack[CheckMetadata]) -> Callable[[ActiveFunction], ActiveFunction]:
    """Register a check that asks for itself, once for each operation that it applies to."""

    def register(function: ActiveFunction) -> ActiveFunction:
        _register_check(Check(id, active_function=function, **told))
        return function

    return register


def _register_check(check: Check) -> None:
    """Raises ValueError for an id that is taken: it would silence the other check."""
    if check.id in CHECKS:
        raise ValueError(f"two checks are called {check.id!r}")
    CHECKS[check.id] = check


def select_checks(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Check, ...]:
    """The checks of these ids or families (all, when none is named) without those. Raises UnknownCheck."""
    wanted = _resolve_ids(only) or set(CHECKS)
    unwanted = _resolve_ids(skip)
    return tuple(check for id, check in CHECKS.items() if id in wanted and id not in unwanted)


def _resolve_ids(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        fitting = {id for id, check in CHECKS.items() if name in (id, check.family)}
        if not fitting:
            raise UnknownCheck(name, tuple(CHECKS))
        found |= fitting
    return found
