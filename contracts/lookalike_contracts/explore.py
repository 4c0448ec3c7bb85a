"""Requests good and bad for every answer to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from .finding import Broken, Exchange
from .registry import Check
from .requests.asking import asking, changes
from .requests.expected import Sent
from .requests.stray import by_other_methods, elsewhere
from .subject import Subject

MOST_CHANGES = 3


def explore(subject: Subject, looks: tuple[Check, ...]) -> Iterator[tuple[Check, Broken]]:
    """What the checks find wrong with answers to drawn requests, each with the simplest request that shows it."""
    left = [check for check in looks if check.applies(subject)]
    if not left:
        return
    # who watches sees what is refused before any parameter is looked at, too
    for request in (*islice(by_other_methods(subject), 1), *elsewhere(subject)):
        subject.send(subject.proven(request))
    ask = asking(subject)
    strategy = changes(ask.pools, MOST_CHANGES)
    while left:
        met: list[Check] = []

        def rule(drawn: Sent, left: list[Check] = left, met: list[Check] = met) -> Broken | None:
            exchange = ask.send(ask.small | drawn)
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


def _broken(subject: Subject, checks: list[Check], exchange: Exchange) -> Iterator[tuple[Check, Broken]]:
    for check in checks:
        # what breaks a check down was noted when it watched this exchange go by
        with suppress(Exception):
            yield from [(check, broken) for broken in check.look(subject, exchange)] if check.look else ()
