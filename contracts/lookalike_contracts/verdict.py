"""What a run of the judge came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .finding import Finding

Result = Literal["passed", "failed", "could not check", "does not apply"]


@dataclass(frozen=True)
class Outcome:
    """What one check came to at one operation; `cases` are its requests, `reason` says why it could not."""

    check: str
    api: str
    operation: str
    result: Result
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    cases: int = 0


@dataclass(frozen=True)
class Verdict:
    """All outcomes of a run, what it was run against (without secrets), with which seed, and how long it took."""

    target: str
    seed: int
    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the checks."""
        return tuple(finding for outcome in self.outcomes for finding in outcome.findings)

    @property
    def cases(self) -> int:
        """The requests of the whole run."""
        return sum(outcome.cases for outcome in self.outcomes)

    def with_result(self, result: Result) -> tuple[Outcome, ...]:
        """The outcomes that came to that."""
        return tuple(outcome for outcome in self.outcomes if outcome.result == result)


def failed(findings: Iterable[Finding]) -> bool:
    """Whether any of them is more than a warning."""
    return any(finding.severity == "error" for finding in findings)
