"""Which checks are run."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import UnknownCheck
from ..registry import CHECKS, Check


def select_checks(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Check, ...]:
    """The checks of these ids or families (all, when none is named) without those. Raises UnknownCheck."""
    wanted, unwanted = _resolve_ids(only) or set(CHECKS), _resolve_ids(skip)
    return tuple(check for id, check in CHECKS.items() if id in wanted and id not in unwanted)


def _resolve_ids(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        fitting = {id for id, check in CHECKS.items() if name in (id, check.family)}
        if not fitting:
            raise UnknownCheck(name, tuple(CHECKS))
        found |= fitting
    return found
