"""Reports that the tests of the formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from lookalike_contracts.baseline import Baseline, Known
from lookalike_contracts.checks import chosen
from lookalike_contracts.coverage import Coverage
from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.registry import Check
from lookalike_contracts.reports import Report, Run, report
from lookalike_contracts.subject import Subject
from lookalike_contracts.verdict import Outcome, Verdict
from lookalike_mocks import Mock
from lookalike_specs import Api, Operation, load, variants

from .hostile import TEXT, Hostile

TODAY = date(2026, 1, 31)
SEARCH = "/paths/~11688~1global~1search~1image/get"
CHECKS = ("answer/schema", "answer/status", "paging/doubled", "paging/echo")
Make = Callable[..., Report]
# check -> where, in the answer and in the document
FOUND = {
    "answer/schema": ("/data/items/0/title", f"{SEARCH}/responses/200"),
    "paging/doubled": ("/data/items/0/item_id", SEARCH),
    "paging/echo": ("/data/page", f"{SEARCH}/x-lookalike/promises/paging/echo"),
}


@pytest.fixture(scope="session")
def hostile() -> Hostile:
    mock = Mock("tmapi", "hiobuy")
    return Hostile(mock, mock.sandbox())


@pytest.fixture(scope="session")
def secrets(hostile: Hostile) -> tuple[str, ...]:
    return hostile.sandbox.credentials["tmapi"]["apiToken"], hostile.sandbox.credentials["hiobuy"]["X-Uuid"]


@pytest.fixture(scope="session")
def judged(hostile: Hostile) -> Run:
    """A run with findings, with a warning, with what could not be checked, and with what does not apply."""
    apis, coverage, credentials = (load("tmapi"), load("hiobuy")), Coverage(), hostile.sandbox.credentials
    checks = tuple(replace(c, severity="warning") if c.id == "paging/echo" else c for c in chosen(CHECKS))
    outcomes = list[Outcome]()
    for api in apis:
        for operation in api.operations:
            subject = Subject(api, operation, hostile, credentials[api.id], variants(api, {}), watch=coverage.watch)
            exchanges = (subject.ask(), subject.ask())
            outcomes += judgements(api, operation, checks, exchanges, " ".join(credentials[api.id].values()))
    accounts = {api.id: credentials[api.id] for api in apis}
    return Run("1.2.3", apis, checks, accounts, Verdict(hostile.url, 0, tuple(outcomes), 1.5), coverage)


def judgements(
    api: Api, operation: Operation, checks: tuple[Check, ...], exchanges: tuple[Exchange, Exchange], secret: str
) -> Iterator[Outcome]:
    for check in checks:
        outcome = Outcome(check.id, api.id, operation.id, "passed", cases=2)
        if operation.id == "searchItemsByImageUrl" and check.id in FOUND:
            pointer, rule = FOUND[check.id]
            sent = exchanges if check.id == "paging/doubled" else exchanges[:1]
            message = f"{TEXT} is not what {secret} was answered"
            found = Finding(check.id, check.severity, api.id, operation.id, message, pointer, rule, sent, 0, "")
            yield replace(outcome, result="failed", findings=(found,))
        elif operation.id == "convertImageUrl" and check.family == "paging":
            yield replace(outcome, result="does not apply")
        elif (api.id, check.id) == ("hiobuy", "answer/schema"):
            yield replace(outcome, result="could not check", reason=f"{TEXT} {secret}")
        else:
            yield outcome


@pytest.fixture(scope="session")
def made(judged: Run) -> Make:
    """The report of the hostile run, with some checks' findings accepted, and changed as a test wants it."""

    @cache
    def plain(accepted: tuple[str, ...]) -> Report:
        known = {
            found.fingerprint: Known(
                fingerprint=found.fingerprint, check=found.check, api=found.api, operation=found.operation,
                until=TODAY, why=f"{TEXT} is known",
            )
            for found in judged.verdict.findings
            if found.check in accepted
        }  # fmt: skip
        return report(judged, lambda found: f"lookalike check --only {found.check}", Baseline(known, TODAY))

    return lambda accepted=(), **changes: replace(plain(accepted), **changes)
