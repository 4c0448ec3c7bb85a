"""What came of a certification, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from lookalike_contracts.certification.judge import CaseResult
from lookalike_contracts.certification.registry import CLIENT_CHECKS, ClientFinding
from lookalike_specs.printable_text import break_workflow_commands, clean_line

from ..output import render_table
from .run import Certification

EXIT_FAILED: Final = 1
EXIT_NOT_JUDGED: Final = 3
MAX_SHOWN_CASES: Final = 4
# in the order in which they are counted
VERDICT_ORDER: Final = ("passed", "failed", "warned", "informational", "not judged")


def compute_exit_code(certification: Certification) -> int:
    """Return 1 where a case failed, 3 where one was not judged, else 0."""
    verdicts = {result.verdict for result in certification.results}
    if "failed" in verdicts:
        return EXIT_FAILED
    if "not judged" in verdicts:
        return EXIT_NOT_JUDGED
    return 0


def render_text(certification: Certification) -> str:
    """Return a line for each case, then what is wrong, each thing once with the cases that it is wrong in, and a sum."""
    name = " ".join(filter(None, (certification.name, certification.version))) or "the client"
    parts = [clean_line(name), _render_cases(certification.results)]
    for finding, results in _group_findings(certification.results).items():
        parts.append(_render_finding(finding, results))
    parts.append(summarize(certification))
    return break_workflow_commands("\n\n".join(parts))


def _render_cases(results: Iterable[CaseResult]) -> str:
    rows: list[tuple[str, str, str]] = []
    for result in results:
        checks = dict.fromkeys(rated.finding.check for rated in result.findings)
        rows.append((result.verdict, result.case.id, clean_line(result.reason or ", ".join(checks))))
    return render_table(rows)


def _group_findings(results: Iterable[CaseResult]) -> dict[ClientFinding, list[CaseResult]]:
    """Return each finding with the cases that it was made in: a client that leaks its key does so in every case."""
    groups: dict[ClientFinding, list[CaseResult]] = {}
    for result in results:
        for rated in result.findings:
            groups.setdefault(rated.finding, []).append(result)
    return groups


def _render_finding(finding: ClientFinding, results: Sequence[CaseResult]) -> str:
    ids = [result.case.id for result in results[:MAX_SHOWN_CASES]]
    cases = ", ".join(ids)
    if len(results) > MAX_SHOWN_CASES:
        cases += f" and {len(results) - MAX_SHOWN_CASES} more"
    check = CLIENT_CHECKS[finding.check]
    lines = [
        f"{finding.check}: {clean_line(finding.message)}",
        f"  in: {cases}",
        f"  why: {check.rationale} ({clean_line(str(finding.source))})",
        f"  how: {check.remediation}",
    ]
    return "\n".join(lines)


def summarize(certification: Certification) -> str:
    """Return `20 passed, 2 failed`."""
    counts = Counter(result.verdict for result in certification.results)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICT_ORDER if counts[verdict])


def build_payload(certification: Certification) -> dict[str, Any]:
    """Return what stands in a JSON report."""
    return {
        "client": {"name": certification.name, "version": certification.version},
        "seed": certification.seed,
        "exitCode": compute_exit_code(certification),
        "cases": [_build_case(result) for result in certification.results],
    }


def _build_case(result: CaseResult) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "api": result.case.api,
        "operation": result.case.operation,
        "situation": result.case.situation,
        "expectation": result.case.expectation,
        "verdict": result.verdict,
        "reason": result.reason,
        "requests": result.request_count,
        "seconds": round(result.seconds, 3),
        "findings": [
            {
                "check": rated.finding.check,
                "severity": rated.severity,
                "message": rated.finding.message,
                "provenance": rated.finding.source.kind,
                "source": rated.finding.source.source,
            }
            for rated in result.findings
        ],
    }
