"""At an interrupt nothing is lost that was found by then."""

from __future__ import annotations

import json

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.events import CheckFinished, Event, EventListener, ExchangeRecorded
from lookalike_contracts.results import CheckResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response


class WrongType:
    """Answers with titles that are numbers."""

    url = "http://127.0.0.1:8765"

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def send(self, request: Request) -> Response:
        body = json.loads(self.mock.respond(request).body)
        for item in body["data"]["items"]:
            item["title"] = 5
        return Response(status=200, body=json.dumps(body).encode())


def after(number: int) -> EventListener:
    """Somebody who is told of every exchange, and has enough of it after so many."""
    left = iter(range(number - 1))

    def watch(event: Event) -> None:
        if isinstance(event, ExchangeRecorded) and next(left, None) is None:
            raise KeyboardInterrupt

    return watch


@pytest.mark.parametrize("left", [2, 3])
def test_what_was_found_is_told_before_the_interrupt_goes_on(left: int, mock: Mock) -> None:
    api, outcomes = load_api("tmapi"), list[CheckResult]()
    plan = RunConfig(
        (api,),
        select_checks(("answer", "paging")),
        {"tmapi": WrongType(mock)},
        {"tmapi": api.account},
    )

    def record(event: Event) -> None:
        if isinstance(event, CheckFinished):
            outcomes.append(event.result)

    with pytest.raises(KeyboardInterrupt):
        execute_checks(plan, after(left), record)
    results = {outcome.check: (outcome.status, outcome.reason) for outcome in outcomes}
    assert results["answer/schema"] == ("failed", "")
    assert results["answer/status"] == ("could not check", "interrupted")
