"""Requests good and bad for every answer to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from .context import CheckContext
from .finding import Exchange, Failure
from .generation.mutation import build_changes_strategy, get_mutator
from .generation.oracle import ParameterValues
from .generation.unknown_routes import build_unknown_path_requests, build_wrong_method_requests
from .registry import Check

MAX_CHANGES = 3


def fuzz(subject: CheckContext, looks: tuple[Check, ...]) -> Iterator[tuple[Check, Failure]]:
    """What the checks find wrong with answers to drawn requests, each with the simplest request that shows it."""
    left = [check for check in looks if check.applies(subject)]
    if not left:
        return
    # who watches sees what is refused before any parameter is looked at, too
    for request in (*islice(build_wrong_method_requests(subject), 1), *build_unknown_path_requests(subject)):
        subject.send(subject.sign_request(request))
    ask = get_mutator(subject)
    strategy = build_changes_strategy(ask.value_pools, MAX_CHANGES)
    while left:
        met: list[Check] = []

        def rule(drawn: ParameterValues, left: list[Check] = left, met: list[Check] = met) -> Failure | None:
            exchange = ask.send_values(ask.smallest_page_values | drawn)
            for check, broken in _run_passive_checks(subject, left, exchange):
                # the first one met is followed to its simplest case; another one has its own turn
                if not met or met[0] is check:
                    met.append(check)
                    return broken
            return None

        found = subject.falsify(strategy, rule)
        if found is None:
            return
        yield met[0], found
        left.remove(met[0])


def _run_passive_checks(
    subject: CheckContext, checks: list[Check], exchange: Exchange
) -> Iterator[tuple[Check, Failure]]:
    for check in checks:
        # what breaks a check down was noted when it watched this exchange go by
        with suppress(Exception):
            yield from (
                [(check, broken) for broken in check.passive_function(subject, exchange)]
                if check.passive_function
                else ()
            )
