"""At an interrupt nothing is lost that was found by then."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from lookalike_contracts.checks import chosen
from lookalike_contracts.finding import Exchange
from lookalike_contracts.judge import Plan, judge
from lookalike_contracts.subject import Subject
from lookalike_contracts.verdict import Outcome
from lookalike_mocks import Mock
from lookalike_specs import load
from lookalike_specs.wire import Reply, Request


class WrongType:
    """Answers with titles that are numbers."""

    url = "http://127.0.0.1:8765"

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def send(self, request: Request) -> Reply:
        body = json.loads(self.mock.answer(request).body)
        for item in body["data"]["items"]:
            item["title"] = 5
        return Reply(status=200, body=json.dumps(body).encode())


def after(number: int) -> Callable[[Subject, Exchange], None]:
    """Somebody who is told of every exchange, and has enough of it after so many."""
    left = iter(range(number - 1))

    def watch(_: Subject, __: Exchange) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return watch


@pytest.mark.parametrize("left", [2, 3])
def test_what_was_found_is_told_before_the_interrupt_goes_on(left: int, mock: Mock) -> None:
    api, outcomes = load("tmapi"), list[Outcome]()
    plan = Plan(
        (api,), chosen(("answer", "paging")), {"tmapi": WrongType(mock)}, {"tmapi": api.account}, watch=after(left)
    )
    with pytest.raises(KeyboardInterrupt):
        for outcome in judge(plan):
            outcomes.append(outcome)
    results = {outcome.check: (outcome.result, outcome.reason) for outcome in outcomes}
    assert results["answer/schema"] == ("failed", "")
    assert results["answer/status"] == ("could not check", "interrupted")
