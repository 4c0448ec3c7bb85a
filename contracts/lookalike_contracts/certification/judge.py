"""What a client's behaviour in a case is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from lookalike_specs.provenance import ProvenanceKind

from ..severity import DEFAULT_TRUST, Severity, rate_severity
from . import answer_checks as _answer_checks  # noqa: F401 - registers them
from . import checks as _checks  # noqa: F401 - as above
from . import page_checks as _page_checks  # noqa: F401 - as above
from . import result_checks as _result_checks  # noqa: F401 - as above
from . import retry_checks as _retry_checks  # noqa: F401 - as above
from . import sent_checks as _sent_checks  # noqa: F401 - as above
from . import wire_checks as _wire_checks  # noqa: F401 - as above
from .case import ClientCase, ClientOutcome
from .exchange_text import CaseExchange
from .registry import CLIENT_CHECKS, CURRENT_SUITE, ClientCheck, ClientFinding

Verdict = Literal["passed", "failed", "warned", "informational", "accepted", "not judged"]
ANSWERS_FAMILY: Final = "answers"
# what is made besides `answers/*` where the answer is edited
CHECKS_OF_DRAWN: Final = frozenset(("failure/crash", "failure/hang"))
VERDICTS: Final[dict[Severity, Verdict]] = {"error": "failed", "warning": "warned", "note": "informational"}


@dataclass(frozen=True, slots=True)
class RatedFinding:
    """A finding, and how much it counts."""

    finding: ClientFinding
    severity: Severity


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The verdict on one case; `reason` says why it was not judged, where it was not.

    `answer` and `exchanges` are what the client gave, sent and got, without secrets; empty until `add_evidence`.
    """

    case: ClientCase
    verdict: Verdict
    findings: tuple[RatedFinding, ...] = ()
    reason: str = ""
    request_count: int = 0
    seconds: float = 0.0
    answer: str = ""
    exchanges: tuple[CaseExchange, ...] = ()


def list_client_checks() -> list[ClientCheck]:
    """Return all checks of clients, one family after the other."""
    return sorted(CLIENT_CHECKS.values(), key=lambda check: check.family)


def judge_outcome(
    outcome: ClientOutcome,
    trust: frozenset[ProvenanceKind] = DEFAULT_TRUST,
    skipped: Collection[str] = (),
    suite: int = CURRENT_SUITE,
) -> CaseResult:
    """Hold an outcome to all checks, but for those whose id or family is `skipped`.

    What a check finds that came later than `suite` is a note: whoever named that suite is not to fail by an upgrade.
    """
    reason = _find_reason_not_to_judge(outcome)
    if reason:
        return CaseResult(outcome.case, "not judged", reason=reason, seconds=outcome.seconds)
    findings = []
    # who says that the API may be so, says what is wrong there too: a guess accuses nobody
    case_limit: Severity = "error"
    if outcome.case.variant_source is not None:
        case_limit = rate_severity(outcome.case.variant_source.kind, trust)
    for check in CLIENT_CHECKS.values():
        if check.id in skipped or check.family in skipped or not _is_meant(check, outcome):
            continue
        limit = case_limit
        if check.since > suite:
            limit = "note"
        for finding in check.function(outcome):
            severity = rate_severity(finding.source.kind, trust, limit)
            named = _add_edits(replace(finding, check=check.id), outcome)
            findings.append(RatedFinding(named, severity))
    if not findings and outcome.case.situation and not outcome.has_met_situation:
        asked = ", ".join(dict.fromkeys(exchange.request.path for exchange in outcome.exchanges))
        reason = f"the client never met {outcome.case.situation}: it asked {asked or 'nothing'}"
        return CaseResult(outcome.case, "not judged", reason=reason, seconds=outcome.seconds)
    return CaseResult(
        outcome.case,
        choose_verdict(rated.severity for rated in findings),
        tuple(findings),
        request_count=len(outcome.exchanges),
        seconds=outcome.seconds,
    )


def choose_verdict(severities: Iterable[Severity]) -> Verdict:
    """Return the verdict of findings of these severities, which is that of the worst; `passed` without any."""
    present = set(severities)
    for severity, verdict in VERDICTS.items():
        if severity in present:
            return verdict
    return "passed"


def _is_meant(check: ClientCheck, outcome: ClientOutcome) -> bool:
    """Return whether a check is made.

    What a client sends, and the secrets in its words, the other cases show; what a broken answer asks of a client, the
    checks of errors do not know.
    """
    if outcome.drawn is None:
        return check.family != ANSWERS_FAMILY
    return check.family == ANSWERS_FAMILY or check.id in CHECKS_OF_DRAWN


def _add_edits(finding: ClientFinding, outcome: ClientOutcome) -> ClientFinding:
    """Return a finding with the edits of the answer that it was made at."""
    drawn = outcome.drawn
    if drawn is None:
        return finding
    return replace(finding, message=f"where {drawn.describe()}: {finding.message}", subject=drawn.subject)


def _find_reason_not_to_judge(outcome: ClientOutcome) -> str:
    if outcome.response is not None and outcome.response.unsupported is not None:
        return outcome.response.unsupported or "the driver cannot do this task"
    return ""
