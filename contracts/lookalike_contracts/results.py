"""What a run of the judge came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .finding import Finding

ResultStatus = Literal["passed", "failed", "could not check", "does not apply"]


@dataclass(frozen=True)
class CheckResult:
    """What one check came to at one operation; `cases` are its requests, `reason` says why it could not."""

    check: str
    api: str
    operation: str
    status: ResultStatus
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    request_count: int = 0


@dataclass(frozen=True)
class RunResult:
    """All outcomes of a run, what it was run against (without secrets), with which seed, and how long it took."""

    target: str
    seed: int
    results: tuple[CheckResult, ...]
    seconds: float

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the checks."""
        return tuple(finding for outcome in self.results for finding in outcome.findings)

    @property
    def request_count(self) -> int:
        """The requests of the whole run."""
        return sum(outcome.request_count for outcome in self.results)

    def filter_by_status(self, result: ResultStatus) -> tuple[CheckResult, ...]:
        """The outcomes that came to that."""
        return tuple(outcome for outcome in self.results if outcome.status == result)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any of them is more than a warning."""
    return any(finding.severity == "error" for finding in findings)
