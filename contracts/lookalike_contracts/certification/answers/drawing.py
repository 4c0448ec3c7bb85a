"""Edits put together: first those of a kind all at once, then what Hypothesis draws."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Final, NamedTuple

import hypothesis
import msgspec
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from lookalike_specs.answer_edits import MAX_EDITS, MAX_VALUE_BYTES, measure_edits

from .allowed import list_allowed_edits
from .classify import classify_response, edit_response, select_allowed
from .drawn_answer import DrawnKind, EditCandidate, EditMeaning
from .forbidden import count_structural_edits, list_forbidden_edits
from .places import GoodAnswer

Candidates = tuple[EditCandidate, ...]
# how often all fields are edited in the same way: there are several texts that are "other"
SWEEPS: Final[dict[EditMeaning, int]] = {
    "absent": 1, "null": 1, "empty": 1, "large": 1, "small": 1, "unknown": 2, "order": 1, "long": 2, "other": 3,
}  # fmt: skip
MAX_BATCHES: Final = 4
MAX_BATCH: Final = 8


class DrawnExamples(NamedTuple):
    """The edits of each answer that a client is to get, in order, and all edits that can be made."""

    examples: list[Candidates]
    candidates: list[EditCandidate]


def draw_examples(answer: GoodAnswer, kind: DrawnKind, *, seed: int, count: int) -> DrawnExamples:
    """Return the edits that are played: those that are always played, and `count` that are drawn by the seed."""
    if kind == "allowed":
        candidates = select_possible(answer, list_allowed_edits(answer))
        examples = _list_sweeps(answer, candidates)
        drawn = _draw(_build_lists(candidates), seed, count)
        examples += [tuple(select_allowed(answer, _take_one_per_place(edits))) for edits in drawn]
    else:
        candidates = list_forbidden_edits(answer)
        structural_count = count_structural_edits(candidates)
        # one at a time: a client tells of the first that it meets, and what it does at the others is not seen
        examples = [(candidate,) for candidate in candidates[:structural_count]]
        others = candidates[structural_count:]
        if others:
            examples += _draw(st.tuples(st.sampled_from(others)), seed, count)
    return DrawnExamples(_drop_repeated(examples), candidates)


def select_possible(answer: GoodAnswer, candidates: Sequence[EditCandidate]) -> list[EditCandidate]:
    """Return the edits that are allowed, each without another one at its place."""
    possible: list[EditCandidate] = []
    rest = list(candidates)
    while rest:
        layer = _take_one_per_place(rest)
        possible += select_allowed(answer, layer)
        taken = {candidate.key for candidate in layer}
        rest = [candidate for candidate in rest if candidate.key not in taken]
    return possible


def _list_sweeps(answer: GoodAnswer, candidates: Sequence[EditCandidate]) -> list[Candidates]:
    """Return the edits of each meaning, at all places together."""
    sweeps = []
    for meaning, count in SWEEPS.items():
        rest = [candidate for candidate in candidates if candidate.meaning == meaning]
        for _ in range(count):
            sweep = _take_one_per_place(rest)
            taken = {candidate.key for candidate in sweep}
            rest = [candidate for candidate in rest if candidate.key not in taken]
            sweeps.append(tuple(select_allowed(answer, sweep)))
    return sweeps


def _take_one_per_place(candidates: Sequence[EditCandidate]) -> list[EditCandidate]:
    """Return the first edit of each place, and no more than a sandbox takes."""
    taken: dict[str, EditCandidate] = {}
    size = 0
    for candidate in candidates:
        if candidate.edit.pointer in taken or len(taken) == MAX_EDITS:
            continue
        size += measure_edits([candidate.edit])
        if size > MAX_VALUE_BYTES:
            break
        taken[candidate.edit.pointer] = candidate
    return list(taken.values())


def _drop_repeated(examples: Sequence[Candidates]) -> list[Candidates]:
    unique = {tuple(candidate.key for candidate in example): example for example in examples if example}
    return list(unique.values())


def _build_lists(candidates: Sequence[EditCandidate]) -> SearchStrategy[list[EditCandidate]]:
    """Return lists of edits: lists of lists, as Hypothesis by itself draws five at a time, of a hundred."""
    if not candidates:
        return st.nothing()
    batch = st.lists(st.sampled_from(candidates).flatmap(vary_value), min_size=1, max_size=MAX_BATCH)
    return st.lists(batch, min_size=1, max_size=MAX_BATCHES).map(lambda batches: list(chain(*batches)))


def vary_value(candidate: EditCandidate) -> SearchStrategy[EditCandidate]:
    """Return the edit with other values of its meaning; the smallest comes first, as Hypothesis shrinks towards it."""
    value = candidate.edit.value
    if candidate.meaning == "cut":
        lengths = st.integers(0, candidate.edit.length)
        return lengths.map(
            lambda length: replace(candidate, edit=msgspec.structs.replace(candidate.edit, length=length))
        )
    values: SearchStrategy[object] = st.just(value)
    if candidate.meaning == "long":
        values = st.integers(0, len(value)).map(lambda length: value[:length])
    elif candidate.meaning == "large" and isinstance(value, int):
        values = st.integers(0, value)
    elif candidate.meaning == "other" and isinstance(value, str):
        values = st.one_of(st.just(value), st.text(alphabet=sorted(set(value)), max_size=len(value)))
    return values.map(lambda drawn: replace(candidate, edit=msgspec.structs.replace(candidate.edit, value=drawn)))


def create_settings(count: int, *phases: Phase) -> hypothesis.settings:
    """Return settings without a database and a clock, so that nothing but the seed decides what is drawn."""
    return hypothesis.settings(
        max_examples=max(count, 1),
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


def _draw(strategy: SearchStrategy[Sequence[EditCandidate]], seed: int, count: int) -> list[Candidates]:
    """Return what a strategy draws for a seed."""
    drawn: list[Candidates] = []
    if not count:
        return drawn

    # strategies can only be drawn from in a test of Hypothesis, so this is one, which keeps what it is given
    @hypothesis.seed(seed)
    @create_settings(count, Phase.generate)
    @hypothesis.given(strategy)
    def collect(example: Sequence[EditCandidate]) -> None:
        drawn.append(tuple(example))

    with suppress(Unsatisfiable):
        collect()
    return drawn


def is_of_kind(answer: GoodAnswer, candidates: Sequence[EditCandidate], kind: DrawnKind) -> bool:
    """Return whether the document allows, or forbids, what comes of the edits."""
    return classify_response(answer, edit_response(answer, candidates)) == kind
