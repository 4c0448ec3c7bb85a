"""What a run came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .finding import Finding

ResultStatus = Literal["passed", "failed", "could not check", "does not apply"]


@dataclass(frozen=True)
class CheckResult:
    """What one check came to at one operation; `reason` says why it could not check, "" otherwise."""

    check: str
    api: str
    operation: str
    status: ResultStatus
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    request_count: int = 0


@dataclass(frozen=True)
class RunResult:
    """All results of a run: at which server (without secrets), with which seed, and in how many seconds.

    `request_count` is how many requests went out. It may be more than those of all results: a request may be sent twice
    when the server closes its connection, and what was stored is deleted again after the last check.
    """

    target: str
    seed: int
    results: tuple[CheckResult, ...]
    seconds: float
    request_count: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every finding, in the order of the run."""
        return tuple(finding for result in self.results for finding in result.findings)

    def filter_by_status(self, status: ResultStatus) -> tuple[CheckResult, ...]:
        """Return the results of one status."""
        return tuple(result for result in self.results if result.status == status)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any of them is more than a warning."""
    return any(finding.severity == "error" for finding in findings)
