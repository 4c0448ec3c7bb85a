"""The fewest edits, and the smallest values in them, that still break a client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import hypothesis
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from .classify import edit_response
from .drawing import Candidates, create_settings, vary_value
from .drawn_answer import EditCandidate
from .places import GoodAnswer

# tells whether a client is broken by the edits, which has to be the same each time that it is asked
Breaks = Callable[[Candidates], bool]
# of values that Hypothesis draws before it has one that breaks the client, from which on it shrinks
VALUE_EXAMPLES: Final = 10


class _ClientBroken(Exception):
    """The client was broken; what Hypothesis takes for the failure that it makes simpler."""


def minimize(answer: GoodAnswer, candidates: Candidates, breaks: Breaks, *, seed: int) -> Candidates:
    """Return the fewest edits that still break the client, with the values that make the shortest body."""
    return _minimize_values(answer, find_fewest(candidates, breaks), breaks, seed)


def find_fewest(candidates: Sequence[EditCandidate], breaks: Breaks) -> Candidates:
    """Return edits of which none can be left out: halves are left out first, then quarters, down to single ones.

    Hypothesis would get there as well, in some hundred steps where these are a dozen, and each is a task for a client
    that may need a fifth of a second for it.
    """
    current = tuple(candidates)
    size = len(current)
    while size > 1:
        size = (size + 1) // 2
        index = 0
        while index < len(current):
            fewer = current[:index] + current[index + size :]
            if fewer and breaks(fewer):
                current = fewer
            else:
                index += size
    return current


def _minimize_values(answer: GoodAnswer, candidates: Candidates, breaks: Breaks, seed: int) -> Candidates:
    best = candidates
    best_length = len(edit_response(answer, candidates).body)

    @hypothesis.seed(seed)
    @create_settings(VALUE_EXAMPLES, Phase.generate, Phase.shrink)
    @hypothesis.given(st.tuples(*(vary_value(candidate) for candidate in candidates)))
    def hold(example: Candidates) -> None:
        nonlocal best, best_length
        if not breaks(example):
            return
        # Hypothesis makes the number of its choices small, which is nearly always the length of the body
        length = len(edit_response(answer, example).body)
        if length < best_length:
            best = example
            best_length = length
        raise _ClientBroken

    # flaky: what was found is played once more by whoever asked
    with suppress(_ClientBroken, Flaky):
        hold()
    return best
