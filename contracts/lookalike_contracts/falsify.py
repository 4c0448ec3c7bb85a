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
# Cases on the way to a simpler one. Each case may be several requests to a server that may be slow and may cost money,
# and Hypothesis by itself would try hundreds: 60 are enough to come from twelve changed parameters down to one.
MAX_SHRINK_STEPS = 60


class _RuleFalsified(Exception):
    """The rule was broken; what Hypothesis takes for the failure that it makes simpler."""


class _Abort(BaseException):
    """There was no answer to judge.

    Not an Exception: Hypothesis would take that for a failure of the rule, and ask a server that is gone again and
    again for a simpler case of its being gone. What derives from BaseException alone goes straight through.
    """


def falsify(
    strategy: SearchStrategy[Example], rule: Callable[[Example], Failure | None], *, seed: int, cases: int
) -> Failure | None:
    """Return the failure of the simplest case that breaks the rule; None when none of `cases` cases does.

    The same seed draws the same cases. A failure that is returned was seen at least twice. Raise CouldNotCheck when it
    was not seen again, and at once whatever the rule raises of CouldNotCheck and TimeLimitExceeded.
    """
    # the last one alone is kept: each holds its exchanges, of megabytes where a server wants that
    last_failure: Failure | None = None
    failing_examples: list[Example] = []
    shrink_steps = 0

    @hypothesis.seed(seed)
    @_create_settings(cases)
    @hypothesis.given(strategy)
    def hold_rule(example: Example) -> None:
        nonlocal shrink_steps, last_failure
        # The first failure ends the drawing: every call after it is Hypothesis on its way to a simpler case.
        if failing_examples:
            shrink_steps += 1
        # Hypothesis has no limit for the shrinking. So after enough steps everything new "holds", without a request:
        # Hypothesis then finds nothing simpler, and ends with the simplest of those that failed. Those must still
        # fail when they come again, or Hypothesis would call the rule flaky.
        if shrink_steps > MAX_SHRINK_STEPS and example not in failing_examples:
            return
        try:
            failure = rule(example)
        except (CouldNotCheck, TimeLimitExceeded) as error:
            raise _Abort from error
        if failure is not None:
            last_failure = failure
            failing_examples.append(example)
            raise _RuleFalsified

    # In the end Hypothesis runs the simplest case once more. If that fails again, its failure is the last one,
    # with the exchange of just now. If it holds this time, Hypothesis raises Flaky: the server changes its mind, and
    # nobody may be accused for that.
    try:
        hold_rule()
    except _RuleFalsified:
        return last_failure
    except _Abort as abort:
        raise abort.__cause__ or abort from None
    except Flaky as flaky:
        raise CouldNotCheck("the same requests were answered well one time and badly the next") from flaky
    return None


def _create_settings(cases: int) -> hypothesis.settings:
    """Return settings without a database and a clock, so that nothing but the seed decides what is drawn."""
    return hypothesis.settings(
        max_examples=cases,
        database=None,
        deadline=None,
        derandomize=False,
        # one failure at a time: each further kind would be made simpler too, with requests of its own
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        # without Phase.explain, which would send variations of the failing request to find out what matters in it
        phases=(Phase.generate, Phase.shrink),
        # its measures are for code, not for servers: a slow answer and a filtered draw are no faults of a test here
        suppress_health_check=list(HealthCheck),
    )
