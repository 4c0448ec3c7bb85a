"""What shows how a case came out: added to a result that counts, and not to those that a search throws away."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lookalike_specs.redaction import Redactor

from ..reproduction.text import redact_text, truncate_bytes
from .case import ClientOutcome
from .exchange_text import build_outcome_redactor, describe_answer, describe_exchanges
from .judge import CaseResult, RatedFinding

MAX_MESSAGE_BYTES: Final = 800


def add_evidence(result: CaseResult, outcome: ClientOutcome) -> CaseResult:
    """Return the result with what the client sent, got and gave; no text of it has a secret, and each is bounded."""
    redactor = build_outcome_redactor(outcome)
    return replace(
        result,
        findings=tuple(_clean_finding(rated, redactor) for rated in result.findings),
        reason=_clean(result.reason, redactor),
        answer=describe_answer(outcome, redactor),
        exchanges=describe_exchanges(outcome, redactor, has_passed=result.verdict == "passed"),
    )


def _clean_finding(rated: RatedFinding, redactor: Redactor) -> RatedFinding:
    # a message may quote what the client sent, such as a key in the wrong parameter
    return replace(rated, finding=replace(rated.finding, message=_clean(rated.finding.message, redactor)))


def _clean(text: str, redactor: Redactor) -> str:
    return truncate_bytes(redact_text(text, redactor), MAX_MESSAGE_BYTES)
