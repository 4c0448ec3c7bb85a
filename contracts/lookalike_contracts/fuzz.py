"""Good and bad requests, drawn so that every passive check has responses to look at."""

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


def fuzz(context: CheckContext, checks: tuple[Check, ...]) -> Iterator[tuple[Check, Failure]]:
    """Yield what the passive checks find in responses to drawn requests, each with the simplest request that shows it.

    Raise CouldNotCheck, TimeLimitExceeded.
    """
    remaining = [check for check in checks if check.applies(context)]
    if not remaining:
        return
    # A server refuses these before it looks at any parameter, often by another part of its code (a router, a proxy):
    # no drawn value would show those responses.
    for request in (*islice(build_wrong_method_requests(context), 1), *build_unknown_path_requests(context)):
        context.send(context.sign_request(request))
    mutator = get_mutator(context)
    strategy = build_changes_strategy(mutator.value_pools, MAX_CHANGES)
    # One round for each check that finds something: with the same seed the same requests are drawn, and the next check
    # may find something in them.
    while remaining:
        failing_checks: list[Check] = []

        # the lists are bound as defaults, so that the rule keeps those of its own round
        def rule(
            changes: ParameterValues, checks: list[Check] = remaining, failing: list[Check] = failing_checks
        ) -> Failure | None:
            exchange = mutator.send_values(mutator.smallest_page_values | changes)
            for check, failure in _run_passive_checks(context, checks, exchange):
                # The first check that fails is followed to its simplest case. If another one could fail in its place
                # on the way, the simplest case might be one that the first check has nothing to say about.
                if not failing or failing[0] is check:
                    failing.append(check)
                    return failure
            return None

        failure = context.falsify(strategy, rule)
        if failure is None:
            return
        yield failing_checks[0], failure
        remaining.remove(failing_checks[0])


def _run_passive_checks(
    context: CheckContext, checks: list[Check], exchange: Exchange
) -> Iterator[tuple[Check, Failure]]:
    for check in checks:
        if check.passive_function is None:
            continue
        # A check that breaks down was noted when it looked at this exchange as a listener; here it only must not end
        # the drawing for the others. The list makes it run to its end before anything of it is used.
        with suppress(Exception):
            yield from [(check, failure) for failure in check.passive_function(context, exchange)]
