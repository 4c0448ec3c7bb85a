"""What every format of report is made from: a run, with its evidence, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from lookalike_specs import Api
from lookalike_specs.redaction import Redactor

from ..baseline import Baseline
from ..coverage import Coverage
from ..finding import Finding, Severity
from ..registry import Check
from ..reproduction import Evidence, build_evidence
from ..reproduction.secrets import build_redactor
from ..reproduction.text import escape_text, redact_text
from ..results import CheckResult, RunResult

ResultState = Literal["failed", "warned", "accepted", "could not check", "passed", "does not apply"]
# of several at one place, the first of these counts
STATES: tuple[ResultState, ...] = ("failed", "warned", "could not check", "accepted", "passed", "does not apply")
ResultKey = tuple[str, str, str]


@dataclass(frozen=True)
class ReportedFinding:
    """A finding as reports tell it; `accepted` says why the baseline takes it, "" where it counts."""

    check: str
    severity: Severity
    api: str
    operation: str
    seed: int
    fingerprint: str
    evidence: Evidence
    accepted_reason: str = ""
    rerun_command: str = ""

    @property
    def message(self) -> str:
        """The rule that was broken, in a sentence."""
        return self.evidence.message

    @property
    def pointer(self) -> str:
        """The place in the answer."""
        return self.evidence.pointer

    @property
    def state(self) -> ResultState:
        """How it counts."""
        return "accepted" if self.accepted_reason else "failed" if self.severity == "error" else "warned"


@dataclass(frozen=True)
class Report:
    """A run as it is told.

    `outcomes` hold no findings of their own: those are `told`, in the order of the run. `notes` are lines about the
    baseline; `target` is who was judged, `restart` what starts it again where it is gone by now.
    """

    version: str
    target: str
    seed: int
    seconds: float
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]
    findings: tuple[ReportedFinding, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()
    is_interrupted: bool = False
    restart_command: str = ""

    @property
    def request_count(self) -> int:
        """The requests of the whole run."""
        return sum(outcome.request_count for outcome in self.results)

    @property
    def unaccepted_findings(self) -> tuple[ReportedFinding, ...]:
        """The findings that the baseline does not take, warnings too."""
        return tuple(told for told in self.findings if not told.accepted_reason)

    @property
    def checks_by_family(self) -> dict[str, list[Check]]:
        """The checks by family, in their order."""
        families: dict[str, list[Check]] = {}
        # checks come in the order in which their modules registered them; readers look for a family by its name
        for check in sorted(self.checks, key=lambda check: check.family):
            families.setdefault(check.family, []).append(check)
        return families

    def get_findings(self, outcome: CheckResult) -> tuple[ReportedFinding, ...]:
        """What that check found at that operation."""
        return tuple(told for told in self.findings if _get_key(told) == _get_key(outcome))

    def get_state(self, outcome: CheckResult) -> ResultState:
        """How an outcome counts: the worst of its findings, where it has any."""
        found = self.get_findings(outcome)
        if not found:
            return "passed" if outcome.status == "failed" else outcome.status
        return min((told.state for told in found), key=STATES.index)

    def count_results(self, state: ResultState, *, api: str = "", family: str = "") -> int:
        """How many outcomes are in that state."""
        return sum(
            self.get_state(outcome) == state
            for outcome in self.results
            if api in ("", outcome.api) and outcome.check.startswith(f"{family}/" if family else "")
        )

    @property
    def exit_code(self) -> int:
        """0 no findings, 1 findings, 2 nothing checked, 3 not all could be checked, 130 interrupted.

        Warnings alone are no findings.
        """
        if self.is_interrupted:
            return 130
        if any(told.state == "failed" for told in self.findings):
            return 1
        if self.count_results("could not check"):
            return 3
        return 0 if self.count_results("does not apply") < len(self.results) else 2


@dataclass(frozen=True)
class CompletedRun:
    """What came of a run, as it came."""

    version: str
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    accounts: Mapping[str, Mapping[str, str]]
    result: RunResult
    coverage: Coverage
    is_interrupted: bool = False
    restart_command: str = ""


def assemble_report(run: CompletedRun, again: Callable[[Finding], str], baseline: Baseline) -> Report:
    """The report of a run. `again` gives the command that finds a finding once more."""
    told = tuple(
        _build_reported_finding(run, each, again(each), baseline.explain_acceptance(each))
        for each in run.result.findings
    )
    veils = {api.id: build_redactor(api, run.accounts[api.id], ()) for api in run.apis}
    return Report(
        version=run.version,
        target=run.result.target,
        seed=run.result.seed,
        seconds=run.result.seconds,
        apis=run.apis,
        checks=run.checks,
        results=tuple(_redact_result(outcome, veils[outcome.api]) for outcome in run.result.results),
        findings=told,
        coverage=run.coverage,
        notes=tuple(escape_text(note) for note in baseline.describe_stale_entries(run.result.results)),
        is_interrupted=run.is_interrupted,
        restart_command=run.restart_command,
    )


def _build_reported_finding(run: CompletedRun, found: Finding, again: str, accepted: str) -> ReportedFinding:
    api = next(api for api in run.apis if api.id == found.api)
    return ReportedFinding(
        check=found.check,
        severity=found.severity,
        api=found.api,
        operation=found.operation,
        seed=found.seed,
        fingerprint=found.fingerprint,
        evidence=build_evidence(found, api, run.accounts[api.id]),
        accepted_reason=escape_text(accepted),
        rerun_command=escape_text(again),
    )


def _redact_result(outcome: CheckResult, cover: Redactor) -> CheckResult:
    return replace(outcome, findings=(), reason=redact_text(outcome.reason, cover))


def _get_key(about: ReportedFinding | CheckResult) -> ResultKey:
    return about.check, about.api, about.operation
