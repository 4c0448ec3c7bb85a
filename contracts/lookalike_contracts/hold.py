"""A rule held for whatever Hypothesis draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from .errors import CouldNotCheck
from .finding import Broken

Drawn = TypeVar("Drawn")


class _Fell(Exception):
    """The rule was broken."""


def hold(
    strategy: SearchStrategy[Drawn], rule: Callable[[Drawn], Broken | None], *, seed: int, cases: int
) -> Broken | None:
    """The simplest case that breaks the rule; None when none of `cases` does.

    Hypothesis runs the simplest case once more in the end, so that what is told was seen at least twice. Raises
    CouldNotCheck when it was not the same then.
    """
    broken: list[Broken] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def held(drawn: Drawn) -> None:
        if (found := rule(drawn)) is not None:
            broken.append(found)
            raise _Fell

    try:
        held()
    except _Fell:
        return broken[-1]
    except Flaky as flaky:
        raise CouldNotCheck("the same requests were answered well one time and badly the next") from flaky
    return None
