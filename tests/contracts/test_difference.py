"""Two answers that should be alike: the first place that differs is named, with both values."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lookalike_contracts.responses.difference import find_difference
from lookalike_specs.pointers import MISSING

from .mutants.family import MUTANTS
from .mutants.mutant import judge_mock

# saboteurs of checks that compare whole answers
COMPARED = ("default-size", "default-language", "default-start", "other-than-the-default")


@pytest.mark.parametrize(
    ("first", "second", "pointer", "values"),
    [
        ({"a": {"b": "false"}}, {"a": {"b": None}}, "/a/b", ("false", None)),
        ({"a": 1, "b/c": 2}, {"a": 1, "b/c": 3}, "/b~1c", (2, 3)),
        ({"a": 1}, {}, "/a", (1, MISSING)),
        ({}, {"a": 1}, "/a", (MISSING, 1)),
        ([1, 2], [1], "/1", (2, MISSING)),
        ([1], [1, [2]], "/1", (MISSING, [2])),
        ({"a": 1}, {"a": True}, "/a", (1, True)),
        ({"a": 1}, {"a": 1.0}, "/a", (1, 1.0)),
        ({"a": []}, {"a": {}}, "/a", ([], {})),
        (1, "1", "", (1, "1")),
    ],
)
def test_the_first_place_that_differs_is_named(first: Any, second: Any, pointer: str, values: tuple[Any, Any]) -> None:
    difference = find_difference(first, second)
    assert difference is not None
    assert (difference.pointer, difference[1:]) == (pointer, values)


@pytest.mark.parametrize("value", [None, 1, "a", [], {}, [{"a": [1, None]}], MISSING])
def test_what_is_the_same_differs_nowhere(value: Any) -> None:
    assert find_difference(value, value) is None


def test_the_sentence_has_both_values() -> None:
    assert str(find_difference({"a": "false"}, {"a": None})) == "differs at /a: 'false' is not None"
    assert str(find_difference({"a": "x" * 999}, {})) == "differs at /a: '" + "x" * 79 + "… is not nothing"
    assert str(find_difference(1, 2)) == "differs: 1 is not 2"


@pytest.mark.parametrize(
    "mutant", [mutant for mutant in MUTANTS if mutant.id in COMPARED], ids=lambda mutant: mutant.id
)
def test_a_finding_of_two_answers_says_where_they_differ(mutant: Any) -> None:
    findings = [
        finding for result in judge_mock(mutant.api, mutant, checks=(mutant.check,)) for finding in result.findings
    ]
    assert findings
    for finding in findings:
        assert re.search(r"is: differs at /\S+: .+ is not .+$", finding.message) or "HTTP" in finding.message
