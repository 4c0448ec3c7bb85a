"""Answers of megabytes: looked at as far as it tells something, and not beyond the time that there is."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.deadline import limit_time
from lookalike_contracts.exceptions import TimeLimitExceeded
from lookalike_contracts.responses.bounded_validation import MAX_ERRORS
from lookalike_contracts.responses.schema import MAX_MESSAGE_LENGTH, find_response_violations
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response

from .subjects import create_context

# of OpenAPI 3.1, 3.0 and 3.1 again, whose searches have their items in three places
SEARCHES = ("tmapi/searchItemsByImageUrl", "daji-1688/imageQuery", "hiobuy/queryByImage")


def build_answer(operation: str, change: Callable[[list[Any]], list[Any]]) -> tuple[Request, Response]:
    """Return an honest exchange whose list of items is another one."""
    exchange = create_context(operation).send_sample()
    body = json.loads(exchange.response.body)
    path = create_context(operation).operation.extension.invariants.items.split("/")[1:]
    parent = body
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = change(parent[path[-1]])
    response = Response(status=200, body=json.dumps(body).encode(), media_type=exchange.response.media_type)
    return exchange.request, response


def spoil(count: int) -> Callable[[list[Any]], list[Any]]:
    return lambda items: [{f"unknown{number}": "x" * 20 for number in range(6)} for _ in range(count)]


@pytest.mark.parametrize("operation", SEARCHES)
def test_a_big_answer_that_is_all_wrong_is_looked_at_in_no_more_time_than_a_small_one(operation: str) -> None:
    api = operation.partition("/")[0]
    small = build_answer(operation, spoil(MAX_ERRORS))
    big = build_answer(operation, spoil(10_000))
    list(find_response_violations(api, *small))  # compiles what is compiled once
    tracemalloc.start()
    before = time.process_time()
    (violation, *_) = find_response_violations(api, *big)
    seconds = time.process_time() - before
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert violation.kind == "schema"
    assert len(violation.message) <= MAX_MESSAGE_LENGTH + 3
    # 12 s and 500 MB before there was a bound; tracemalloc makes it several times slower
    assert seconds < 8
    assert peak < 60_000_000


@pytest.mark.parametrize("operation", SEARCHES)
@pytest.mark.parametrize("count", [1, 200])
def test_an_item_that_is_wrong_is_seen_wherever_it_stands(operation: str, count: int) -> None:
    api = operation.partition("/")[0]
    honest = build_answer(operation, lambda items: items[:1] * count)
    assert list(find_response_violations(api, *honest)) == []
    wrong = build_answer(operation, lambda items: [*(items[:1] * count), 5])
    (violation,) = find_response_violations(api, *wrong)
    pointer = create_context(operation).operation.extension.invariants.items
    # where the body has alternatives, all of it is what does not fit
    assert violation.pointer in (f"{pointer}/{count}", "")


@pytest.mark.slow
def test_a_good_answer_of_megabytes_ends_with_the_time() -> None:
    request, response = build_answer(SEARCHES[0], lambda items: items[:1] * 2_000)
    with pytest.raises(TimeLimitExceeded, match="3 s"), limit_time(time.monotonic() - 1, 3):
        list(find_response_violations("tmapi", request, response))
    assert list(find_response_violations("tmapi", request, response)) == []


@dataclass
class SlowToRead:
    """Answers once, and then the time is up."""

    mock: Mock
    url: str = "http://127.0.0.1:8765"

    def send(self, request: Request) -> Response:
        response = self.mock.respond(request)
        time.sleep(0.3)
        return response


def test_checks_that_had_no_time_to_look_have_not_passed() -> None:
    api = load_api("tmapi")
    config = RunConfig(
        (api,),
        select_checks(("answer", "error", "item")),
        {"tmapi": SlowToRead(Mock("tmapi"))},
        {"tmapi": api.account},
        selected_operations=frozenset({SEARCHES[0]}),
    )
    results = execute_checks(replace(config, max_seconds=0.2))
    assert {result.status for result in results} == {"could not check"}
    assert {result.reason for result in results} == {"the 0.2 s that --max-time gives are used up"}
