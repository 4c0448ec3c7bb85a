"""A finding is known again in another run."""

from dataclasses import replace

import pytest

from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.results import CheckResult, RunResult, has_errors
from lookalike_specs.messages import Request, Response

EXCHANGE = Exchange(Request(method="GET", path="/"), Response(status=200, body=b""))
FOUND = Finding(
    "a/check", "error", "tmapi", "search", "9 is not 7", "/items/3/id", "/paths/x", (EXCHANGE,), 0, "http://a"
)


@pytest.mark.parametrize(
    "change",
    [
        {"message": "8 is not 7"},
        {"seed": 5},
        {"exchanges": ()},
        {"url": "http://b"},
        {"severity": "warning"},
        {"pointer": "/items/12/id"},
    ],
)
def test_the_same_rule_at_the_same_place_is_the_same_finding(change: dict[str, object]) -> None:
    assert replace(FOUND, **change).fingerprint == FOUND.fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"check": "a/nother"},
        {"api": "hiobuy"},
        {"operation": "other"},
        {"pointer": "/items/3/name"},
        {"pointer": "/items/3"},
        {"pointer": "/items3/id"},
        {"rule": "/paths/y"},
    ],
)
def test_anything_else_is_another_one(change: dict[str, object]) -> None:
    assert replace(FOUND, **change).fingerprint != FOUND.fingerprint  # type: ignore[arg-type]


def test_a_fingerprint_stays_as_it_is() -> None:
    """Baselines hold it."""
    assert FOUND.fingerprint == "6ea065124ebc7901"
    assert replace(FOUND, pointer="/\ud800").fingerprint != FOUND.fingerprint


def test_a_verdict_gathers_the_outcomes() -> None:
    outcomes = (
        CheckResult("a/check", "tmapi", "search", "failed", (FOUND,), request_count=3),
        CheckResult("a/nother", "tmapi", "search", "could not check", reason="late", request_count=2),
        CheckResult("a/third", "tmapi", "search", "does not apply"),
    )
    verdict = RunResult("http://a", 0, outcomes, 1.0, request_count=6)
    assert (verdict.findings, verdict.request_count) == ((FOUND,), 6)
    assert verdict.filter_by_status("could not check") == (outcomes[1],)


def test_warnings_alone_fail_nobody() -> None:
    warning = replace(FOUND, severity="warning")
    assert [has_errors(found) for found in ((), (warning,), (warning, FOUND))] == [False, False, True]
