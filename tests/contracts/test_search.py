"""What cannot be told of a promise is said, and never taken for a pass; nothing is asked again for it."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from lookalike_contracts.exceptions import CouldNotCheck, TimeLimitExceeded
from lookalike_contracts.falsify import falsify
from lookalike_contracts.finding import Failure
from lookalike_specs.messages import Request, Response

from .mutants.mutant import Mutant, Respond, judge_mock
from .mutants.mutations import Values, change_items, read_values

TMAPI = "tmapi/searchItemsByImageUrl"
REFUSED = Response(status=422, body=b'{"code":422,"msg":"Parameter error","data":null}')


def refusing(wanted: Callable[[Values], bool]) -> Callable[[Respond, Request], Response]:
    return lambda honest, request: REFUSED if wanted(read_values(TMAPI, request)) else honest(request)


def nothing(honest: Respond, request: Request) -> Response:
    return change_items(TMAPI, lambda *_: [])(honest, request)


@pytest.mark.parametrize(
    ("check", "answer", "reason"),
    [
        ("order/sorted", refusing(lambda values: values.get("sort") == "sales"), "refused with sort=sales"),
        ("filter/holds", refusing(lambda values: "is_factory" in values), "refused with is_factory=true"),
        ("language/script", refusing(lambda values: values.get("language") == "ko"), "refused with language=ko"),
        ("paging/doubled", refusing(lambda values: "page" in values), "refused with"),
        ("paging/doubled", nothing, "no item of the answer has an id"),
        ("order/sorted", nothing, "no item of the answer has a number at /sale_info/sale_quantity_month"),
        ("language/honoured", nothing, "no item of the answer has a text at /title"),
    ],
)
def test_what_cannot_be_told_is_said(check: str, answer: Callable[[Respond, Request], Response], reason: str) -> None:
    (found,) = judge_mock("tmapi", Mutant("dumb", check, TMAPI, answer), checks=(check,))
    assert found.status == "could not check"
    assert reason in found.reason


def test_one_refusal_keeps_no_other_promise_from_being_judged() -> None:
    def answer(honest: Respond, request: Request) -> Response:
        sort = read_values(TMAPI, request).get("sort")
        return REFUSED if sort == "sales" else change_items(TMAPI, lambda listed, _: listed[::-1])(honest, request)

    (found,) = judge_mock("tmapi", Mutant("half", "order/sorted", TMAPI, answer), checks=("order/sorted",))
    assert found.status == "failed"
    assert len(found.findings) == 2


@pytest.mark.parametrize("wrong", [CouldNotCheck("nobody there"), TimeLimitExceeded(1)])
def test_without_an_answer_nothing_is_asked_again(wrong: Exception) -> None:
    asked = list[int]()

    def rule(drawn: int) -> Failure | None:
        asked.append(drawn)
        raise wrong

    with pytest.raises(type(wrong)):
        falsify(st.integers(), rule, seed=0, cases=20)
    assert len(asked) == 1


def test_what_is_told_was_seen_twice() -> None:
    seen = list[int]()

    def rule(drawn: int) -> Failure | None:
        seen.append(drawn)
        return Failure(str(drawn)) if drawn > 10 else None

    found = falsify(st.integers(0, 100), rule, seed=0, cases=20)
    assert found is not None
    assert found.message == "11"
    assert seen.count(11) > 1
