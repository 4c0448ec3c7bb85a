"""What cannot be told of a promise is said, and never taken for a pass; nothing is asked again for it."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from lookalike_contracts.errors import CouldNotCheck, OutOfTime
from lookalike_contracts.finding import Broken
from lookalike_contracts.hold import hold
from lookalike_specs.wire import Reply, Request

from .saboteurs.saboteur import Honest, Saboteur, outcomes
from .saboteurs.tools import Values, asked, in_items

TMAPI = "tmapi/searchItemsByImageUrl"
REFUSED = Reply(status=422, body=b'{"code":422,"msg":"Parameter error","data":null}')


def refusing(wanted: Callable[[Values], bool]) -> Callable[[Honest, Request], Reply]:
    return lambda honest, request: REFUSED if wanted(asked(TMAPI, request)) else honest(request)


def nothing(honest: Honest, request: Request) -> Reply:
    return in_items(TMAPI, lambda *_: [])(honest, request)


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
def test_what_cannot_be_told_is_said(check: str, answer: Callable[[Honest, Request], Reply], reason: str) -> None:
    (found,) = outcomes("tmapi", Saboteur("dumb", check, TMAPI, answer), checks=(check,))
    assert found.result == "could not check"
    assert reason in found.reason


def test_one_refusal_keeps_no_other_promise_from_being_judged() -> None:
    def answer(honest: Honest, request: Request) -> Reply:
        sort = asked(TMAPI, request).get("sort")
        return REFUSED if sort == "sales" else in_items(TMAPI, lambda listed, _: listed[::-1])(honest, request)

    (found,) = outcomes("tmapi", Saboteur("half", "order/sorted", TMAPI, answer), checks=("order/sorted",))
    assert found.result == "failed"
    assert len(found.findings) == 2


@pytest.mark.parametrize("wrong", [CouldNotCheck("nobody there"), OutOfTime(1)])
def test_without_an_answer_nothing_is_asked_again(wrong: Exception) -> None:
    asked = list[int]()

    def rule(drawn: int) -> Broken | None:
        asked.append(drawn)
        raise wrong

    with pytest.raises(type(wrong)):
        hold(st.integers(), rule, seed=0, cases=20)
    assert len(asked) == 1


def test_what_is_told_was_seen_twice() -> None:
    seen = list[int]()

    def rule(drawn: int) -> Broken | None:
        seen.append(drawn)
        return Broken(str(drawn)) if drawn > 10 else None

    found = hold(st.integers(0, 100), rule, seed=0, cases=20)
    assert found is not None
    assert found.message == "11"
    assert seen.count(11) > 1
