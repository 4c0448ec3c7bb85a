"""A rule is held for what Hypothesis draws: the simplest case that breaks it, seen twice."""

import pytest
from hypothesis import strategies as st

from lookalike_contracts.errors import CouldNotCheck, OutOfTime
from lookalike_contracts.finding import Broken
from lookalike_contracts.hold import hold

NUMBERS = st.integers(0, 1000)


def test_a_rule_that_holds_is_not_broken() -> None:
    assert hold(NUMBERS, lambda _: None, seed=0, cases=20) is None


def test_the_simplest_case_is_told() -> None:
    found = hold(NUMBERS, lambda number: Broken(str(number)) if number > 17 else None, seed=0, cases=100)
    assert found
    assert found.message == "18"


def test_no_more_cases_are_drawn_than_wanted() -> None:
    drawn: list[int] = []
    hold(NUMBERS, lambda number: drawn.append(number), seed=0, cases=7)  # type: ignore[func-returns-value]
    assert len(drawn) <= 7


def test_the_same_seed_draws_the_same() -> None:
    def drawn(seed: int) -> list[int]:
        found: list[int] = []
        hold(NUMBERS, lambda number: found.append(number), seed=seed, cases=10)  # type: ignore[func-returns-value]
        return found

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_server_that_answers_otherwise_the_second_time_could_not_be_checked() -> None:
    asked: list[int] = []

    def rule(number: int) -> Broken | None:
        asked.append(number)
        return Broken("once") if len(asked) == 1 else None

    with pytest.raises(CouldNotCheck, match="badly the next"):
        hold(NUMBERS, rule, seed=0, cases=10)


@pytest.mark.parametrize("wrong", [CouldNotCheck("gone"), OutOfTime(5)], ids=["gone", "late"])
def test_what_keeps_from_judging_passes_through_at_once(wrong: Exception) -> None:
    asked: list[int] = []

    def rule(number: int) -> Broken | None:
        asked.append(number)
        raise wrong

    with pytest.raises(type(wrong)):
        hold(NUMBERS, rule, seed=0, cases=10)
    assert len(asked) == 1
