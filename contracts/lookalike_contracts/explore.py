"""Requests good and bad for every answer to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from .finding import Broken, Exchange
from .pools import Pool, pools
from .registry import Check
from .subject import Subject

MOST_CHANGES = 3
Changes = dict[str, Any]


def explore(subject: Subject, looks: tuple[Check, ...]) -> Iterator[tuple[Check, Broken]]:
    """What the checks find wrong with answers to drawn requests, each with the simplest request that shows it."""
    left = [check for check in looks if check.applies(subject)]
    strategy = changes(pools(subject))
    while left:
        met: list[Check] = []

        def rule(drawn: Changes, left: list[Check] = left, met: list[Check] = met) -> Broken | None:
            exchange = subject.ask(**drawn)
            for check, broken in _broken(subject, left, exchange):
                # the first one met is followed to its simplest case; another one has its own turn
                if not met or met[0] is check:
                    met.append(check)
                    return broken
            return None

        found = subject.hold(strategy, rule)
        if found is None:
            return
        yield met[0], found
        left.remove(met[0])


def changes(known: dict[str, Pool]) -> st.SearchStrategy[Changes]:
    """What is changed in the good request: nothing, or up to MOST_CHANGES of its values."""
    one = st.sampled_from(sorted(known)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(known[name].values))
    )
    return st.lists(one, max_size=MOST_CHANGES, unique_by=lambda change: change[0]).map(dict)


def _broken(subject: Subject, checks: list[Check], exchange: Exchange) -> Iterator[tuple[Check, Broken]]:
    for check in checks:
        if check.look:
            yield from ((check, broken) for broken in check.look(subject, exchange))
