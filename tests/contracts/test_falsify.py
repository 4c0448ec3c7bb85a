"""A rule is held for what Hypothesis draws: the simplest case that breaks it, seen twice."""

import pytest
from hypothesis import strategies as st

from lookalike_contracts.exceptions import CouldNotCheck, TimeLimitExceeded
from lookalike_contracts.falsify import MAX_SHRINK_STEPS, falsify
from lookalike_contracts.finding import Failure

NUMBERS = st.integers(0, 1000)


def test_a_rule_that_holds_is_not_broken() -> None:
    assert falsify(NUMBERS, lambda _: None, seed=0, cases=20) is None


def test_the_simplest_case_is_told() -> None:
    found = falsify(NUMBERS, lambda number: Failure(str(number)) if number > 17 else None, seed=0, cases=100)
    assert found
    assert found.message == "18"


def test_what_makes_no_difference_is_not_tried_once_the_simplest_case_is_known() -> None:
    asked: list[tuple[int, ...]] = []

    def rule(numbers: tuple[int, ...]) -> Failure | None:
        asked.append(numbers)
        return Failure(str(numbers)) if numbers[0] > 17 else None

    found = falsify(st.tuples(NUMBERS, NUMBERS, NUMBERS), rule, seed=0, cases=100)
    assert found
    assert found.message == "(18, 0, 0)"
    assert len(asked) < MAX_SHRINK_STEPS


@pytest.mark.slow
def test_values_that_are_hard_to_draw_are_no_reason_to_give_up() -> None:
    drawn: list[int] = []
    seldom = NUMBERS.filter(lambda number: number % 60 == 7)
    assert falsify(seldom, drawn.append, seed=0, cases=100) is None
    assert drawn


def test_no_more_cases_are_drawn_than_wanted() -> None:
    drawn: list[int] = []
    falsify(NUMBERS, drawn.append, seed=0, cases=7)
    assert len(drawn) <= 7


def test_the_way_to_a_simpler_case_is_bounded_and_ends_with_one_that_fell() -> None:
    asked: list[tuple[int, ...]] = []

    def rule(numbers: tuple[int, ...]) -> Failure | None:
        asked.append(numbers)
        return Failure(str(numbers)) if sum(numbers) > 4000 else None

    found = falsify(st.tuples(*[NUMBERS] * 12), rule, seed=0, cases=100)
    assert found
    assert str(asked[-1]) == found.message
    assert len(asked) <= 100 + MAX_SHRINK_STEPS + 5


def test_the_same_seed_draws_the_same() -> None:
    def drawn(seed: int) -> list[int]:
        found: list[int] = []
        falsify(NUMBERS, found.append, seed=seed, cases=10)
        return found

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_server_that_answers_otherwise_the_second_time_could_not_be_checked() -> None:
    asked: list[int] = []

    def rule(number: int) -> Failure | None:
        asked.append(number)
        return Failure("once") if len(asked) == 1 else None

    with pytest.raises(CouldNotCheck, match="badly the next"):
        falsify(NUMBERS, rule, seed=0, cases=10)


@pytest.mark.parametrize("wrong", [CouldNotCheck("gone"), TimeLimitExceeded(5)], ids=["gone", "late"])
def test_what_keeps_from_judging_passes_through_at_once(wrong: Exception) -> None:
    asked: list[int] = []

    def rule(number: int) -> Failure | None:
        asked.append(number)
        raise wrong

    with pytest.raises(type(wrong)):
        falsify(NUMBERS, rule, seed=0, cases=10)
    assert len(asked) == 1
