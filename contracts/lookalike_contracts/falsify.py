"""A rule held for whatever Hypothesis draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from .exceptions import CouldNotCheck, TimeLimitExceeded
from .finding import Failure

Example = TypeVar("Example")
# cases on the way to a simpler one; each may be several requests
MAX_SHRINK_STEPS = 60


class _RuleFalsified(Exception):
    """The rule was broken."""


class _Abort(BaseException):
    """There was no answer to judge; no Exception, which Hypothesis would ask for again to find a simpler one."""


def falsify(
    strategy: SearchStrategy[Example], rule: Callable[[Example], Failure | None], *, seed: int, cases: int
) -> Failure | None:
    """The simplest case that breaks the rule; None when none of `cases` does.

    Hypothesis runs it once more in the end, so that what is told was seen at least twice. Raises CouldNotCheck when it
    was not the same then, and at once what the rule raises of CouldNotCheck and OutOfTime.
    """
    broken: list[Failure] = []
    fallen: list[Example] = []
    steps = 0

    @hypothesis.seed(seed)
    @_settings(cases)
    @hypothesis.given(strategy)
    def held(drawn: Example) -> None:
        nonlocal steps
        steps += bool(fallen)
        # enough: nothing new is asked, and Hypothesis ends with the simplest of what fell
        if steps > MAX_SHRINK_STEPS and drawn not in fallen:
            return
        try:
            found = rule(drawn)
        except (CouldNotCheck, TimeLimitExceeded) as wrong:
            raise _Abort from wrong
        if found is not None:
            broken.append(found)
            fallen.append(drawn)
            raise _RuleFalsified

    try:
        held()
    except _RuleFalsified:
        return broken[-1]
    except _Abort as stop:
        raise stop.__cause__ or stop from None
    except Flaky as flaky:
        raise CouldNotCheck("the same requests were answered well one time and badly the next") from flaky
    return None


def _settings(cases: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=cases, database=None, deadline=None, derandomize=False, report_multiple_bugs=False,
        print_blob=False, verbosity=Verbosity.quiet, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
