"""Reports that the tests of the formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from lookalike_contracts.baseline import AcceptedFinding, Baseline
from lookalike_contracts.checks import select_checks
from lookalike_contracts.context import CheckContext
from lookalike_contracts.coverage import Coverage
from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.registry import Check
from lookalike_contracts.reports import CompletedRun, Report, assemble_report
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_contracts.session import Session
from lookalike_mocks import Mock
from lookalike_specs import Api, Operation, load_api, resolve_variants

from .hostile import HOSTILE_TEXT, HostileTarget

TODAY = date(2026, 1, 31)
SEARCH_POINTER = "/paths/~11688~1global~1search~1image/get"
CHECKS = ("answer/status", "answer/schema", "paging/doubled", "paging/echo")
MakeReport = Callable[..., Report]
# check -> where, in the answer and in the document
FINDING_POINTERS = {
    "answer/schema": ("/data/items/0/title", f"{SEARCH_POINTER}/responses/200"),
    "paging/doubled": ("/data/items/0/item_id", SEARCH_POINTER),
    "paging/echo": ("/data/page", f"{SEARCH_POINTER}/x-lookalike/invariants/paging/echo"),
}


@pytest.fixture(scope="session")
def hostile_target() -> HostileTarget:
    mock = Mock("tmapi", "hiobuy")
    return HostileTarget(mock, mock.create_sandbox())


@pytest.fixture(scope="session")
def secrets(hostile_target: HostileTarget) -> tuple[str, ...]:
    return hostile_target.sandbox.credentials["tmapi"]["apiToken"], hostile_target.sandbox.credentials["hiobuy"][
        "X-Uuid"
    ]


@pytest.fixture(scope="session")
def hostile_run(hostile_target: HostileTarget) -> CompletedRun:
    """A run with findings, with a warning, with what could not be checked, and with what does not apply."""
    apis, coverage, credentials = (
        (load_api("tmapi"), load_api("hiobuy")),
        Coverage(),
        hostile_target.sandbox.credentials,
    )
    # in this order, whichever module registered first
    checks = tuple(check for name in CHECKS for check in select_checks((name,)))
    checks = (*checks[:-1], replace(checks[-1], severity="warning"))
    outcomes = list[CheckResult]()
    for api in apis:
        for operation in api.operations:
            subject = CheckContext(
                api,
                operation,
                Session(hostile_target),
                credentials[api.id],
                resolve_variants(api, {}),
                publish=coverage.handle_event,
            )
            exchanges = (subject.send_sample(), subject.send_sample())
            outcomes += generate_results(api, operation, checks, exchanges, " ".join(credentials[api.id].values()))
    accounts = {api.id: credentials[api.id] for api in apis}
    count = sum(outcome.request_count for outcome in outcomes)
    return CompletedRun(
        "1.2.3", apis, checks, accounts, RunResult(hostile_target.url, 0, tuple(outcomes), 1.5, count), coverage
    )


def generate_results(
    api: Api, operation: Operation, checks: tuple[Check, ...], exchanges: tuple[Exchange, Exchange], secret: str
) -> Iterator[CheckResult]:
    for check in checks:
        outcome = CheckResult(check.id, api.id, operation.id, "passed", request_count=2)
        if operation.id == "searchItemsByImageUrl" and check.id in FINDING_POINTERS:
            pointer, rule = FINDING_POINTERS[check.id]
            sent = exchanges if check.id == "paging/doubled" else exchanges[:1]
            message = f"{HOSTILE_TEXT} is not what {secret} was answered"
            finding = Finding(check.id, check.severity, api.id, operation.id, message, pointer, rule, sent, 0, "")
            yield replace(outcome, status="failed", findings=(finding,))
        elif operation.id == "convertImageUrl" and check.family == "paging":
            yield replace(outcome, status="does not apply")
        elif (api.id, check.id) == ("hiobuy", "answer/schema"):
            yield replace(outcome, status="could not check", reason=f"{HOSTILE_TEXT} {secret}")
        else:
            yield outcome


@pytest.fixture(scope="session")
def make_report(hostile_run: CompletedRun) -> MakeReport:
    """The report of the hostile run, with some checks' findings accepted, and changed as a test wants it."""

    @cache
    def plain(accepted: tuple[str, ...]) -> Report:
        known = {
            finding.fingerprint: AcceptedFinding(
                fingerprint=finding.fingerprint, check=finding.check, api=finding.api, operation=finding.operation,
                expires=TODAY, reason=f"{HOSTILE_TEXT} is known",
            )
            for finding in hostile_run.result.findings
            if finding.check in accepted
        }  # fmt: skip
        return assemble_report(
            hostile_run, lambda found: f"lookalike check --only {found.check}", Baseline(known, TODAY)
        )

    return lambda accepted=(), **changes: replace(plain(accepted), **changes)
