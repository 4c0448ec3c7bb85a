"""Each check has a context of its own; what is worked out for one is there for all."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from lookalike_contracts.context import CheckContext
from lookalike_contracts.events import CheckFinished, Event, ExchangeRecorded, OperationStarted
from lookalike_contracts.exceptions import TimeLimitExceeded
from lookalike_contracts.registry import Check
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_contracts.session import Session
from lookalike_mocks import Mock
from lookalike_specs import load_api

from .mutants.mutant import InProcessTarget
from .subjects import create_context

TMAPI = "tmapi/searchItemsByImageUrl"


def test_the_seed_of_a_check_follows_from_the_run_and_the_check_alone() -> None:
    context = create_context(TMAPI, seed=3)
    first = context.for_check("a/b")
    assert first.check_seed == context.for_check("c/d").for_check("a/b").check_seed
    assert first.check_seed != context.for_check("c/d").check_seed
    assert first.check_seed != create_context(TMAPI, seed=4).for_check("a/b").check_seed
    assert (first.seed, context.check_seed) == (3, 0)


def test_nobody_changes_a_context() -> None:
    with pytest.raises(FrozenInstanceError):
        create_context(TMAPI).check_seed = 1  # type: ignore[misc]


def test_what_is_computed_is_shared_by_the_checks_of_an_operation() -> None:
    calls: list[CheckContext] = []

    def compute(context: CheckContext) -> int:
        calls.append(context)
        return len(calls)

    context = create_context(TMAPI)
    assert context.for_check("a/b").compute_once(compute) == context.for_check("c/d").compute_once(compute) == 1
    assert context.classifier is context.for_check("a/b").classifier
    assert context.with_operation(context.operation).compute_once(compute) == 2


def test_requests_of_all_checks_are_counted_together_and_those_of_other_operations_apart() -> None:
    context = create_context(TMAPI)
    context.for_check("a/b").send_sample()
    context.with_operation(context.api.operations[1]).send_sample()
    assert context.session.request_count == 1


def test_a_session_whose_time_is_up_sends_nothing() -> None:
    session = Session(InProcessTarget(Mock("tmapi")), deadline=0.0, max_seconds=5)
    context = create_context(TMAPI).with_operation(load_api("tmapi").operations[0], session)
    with pytest.raises(TimeLimitExceeded, match="5 s"):
        context.send_sample()
    assert session.request_count == 0


def test_a_run_is_one_stream_of_events() -> None:
    def send_once(context: CheckContext):
        context.send_sample()
        yield from ()

    api = load_api("tmapi")
    check = Check("a/b", "s", "w", "h", "o", active_function=send_once)
    config = RunConfig(
        (api,), (check,), {"tmapi": InProcessTarget(Mock("tmapi"))}, {"tmapi": api.account},
        selected_operations=frozenset({TMAPI}),
    )  # fmt: skip
    events: list[Event] = []
    results = execute_checks(config, events.append)
    # the precondition's request, then the check's
    assert [type(event) for event in events] == [OperationStarted, ExchangeRecorded, ExchangeRecorded, CheckFinished]
    assert [event.result for event in events if isinstance(event, CheckFinished)] == results
