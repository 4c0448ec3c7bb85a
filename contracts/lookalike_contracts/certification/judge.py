"""What a client's behaviour in a case is worth."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final, Literal

from lookalike_specs.provenance import ProvenanceKind

from ..severity import DEFAULT_TRUST, Severity, rate_severity
from . import checks as _checks  # noqa: F401 - registers them
from . import retry_checks as _retry_checks  # noqa: F401 - as above
from .case import ClientCase, ClientOutcome
from .registry import CLIENT_CHECKS, ClientCheck, ClientFinding

Verdict = Literal["passed", "failed", "warned", "informational", "not judged"]
VERDICTS: Final[dict[Severity, Verdict]] = {"error": "failed", "warning": "warned", "note": "informational"}


@dataclass(frozen=True, slots=True)
class RatedFinding:
    """A finding, and how much it counts."""

    finding: ClientFinding
    severity: Severity


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The verdict on one case; `reason` says why it was not judged, where it was not."""

    case: ClientCase
    verdict: Verdict
    findings: tuple[RatedFinding, ...] = ()
    reason: str = ""
    request_count: int = 0
    seconds: float = 0.0


def list_client_checks() -> list[ClientCheck]:
    """Return all checks of clients, one family after the other."""
    return sorted(CLIENT_CHECKS.values(), key=lambda check: check.family)


def judge_outcome(
    outcome: ClientOutcome, trust: frozenset[ProvenanceKind] = DEFAULT_TRUST, skipped: Collection[str] = ()
) -> CaseResult:
    """Hold an outcome to all checks, but for those whose id or family is `skipped`."""
    reason = _find_reason_not_to_judge(outcome)
    if reason:
        return CaseResult(outcome.case, "not judged", reason=reason, seconds=outcome.seconds)
    findings = []
    for check in CLIENT_CHECKS.values():
        if check.id in skipped or check.family in skipped:
            continue
        for finding in check.function(outcome):
            severity = rate_severity(finding.source.kind, trust)
            findings.append(RatedFinding(replace(finding, check=check.id), severity))
    verdict: Verdict = "passed"
    for severity in reversed(VERDICTS):
        if any(rated.severity == severity for rated in findings):
            verdict = VERDICTS[severity]
    return CaseResult(
        outcome.case,
        verdict,
        tuple(findings),
        request_count=len(outcome.exchanges),
        seconds=outcome.seconds,
    )


def _find_reason_not_to_judge(outcome: ClientOutcome) -> str:
    if outcome.response is not None and outcome.response.unsupported is not None:
        return outcome.response.unsupported or "the driver cannot do this task"
    return ""
