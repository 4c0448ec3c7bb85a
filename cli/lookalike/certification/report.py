"""What came of a certification, for a terminal, and the formats that there are besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from lookalike_contracts.certification.reports import CERTIFICATION_FORMATS, CertificationReport
from lookalike_contracts.certification.reports.report import CaseFinding, CaseReport, CertifiedClient, summarize
from lookalike_contracts.certification.reports.rows import group_unjudged_cases
from lookalike_specs.printable_text import break_workflow_commands, clean_line

from ..output import render_table

MAX_SHOWN_CASES: Final = 4


def render_text(report: CertificationReport) -> str:
    """Return a line for each case, then what is wrong, each thing once with the cases that it is wrong in, and a sum."""
    parts = []
    for client in report.clients:
        parts += _render_client(report, client)
    if report.notes:
        parts.append("\n".join(["baseline", *(f"  {clean_line(note)}" for note in report.notes)]))
    parts.append(summarize(report))
    return break_workflow_commands("\n\n".join(parts)) + "\n"


def _render_client(report: CertificationReport, client: CertifiedClient) -> list[str]:
    cases = [case for case in report.cases if case.client == client.label]
    parts = [clean_line(client.label)]
    judged_cases = [case for case in cases if case.verdict != "not judged"]
    if judged_cases:
        parts.append(_render_cases(judged_cases))
    for group in group_unjudged_cases(report):
        if group.client == client.label:
            parts.append(f"not judged: {clean_line(group.reason)}\n  in: {_list_some(group.case_ids)}")
    missing = [case_id for label, case_id in report.missing if label == client.label]
    if missing:
        # of another shard, or of one whose report is not among those that were merged
        parts.append(f"not in this report: {_list_some(missing)}")
    for finding, members in _group_findings(cases):
        parts.append(_render_finding(report, finding, members))
    return parts


def _render_cases(cases: Iterable[CaseReport]) -> str:
    rows: list[tuple[str, str, str]] = []
    for case in cases:
        rows.append((case.verdict, clean_line(case.id), ", ".join(case.check_ids)))
    return render_table(rows)


def _group_findings(cases: Iterable[CaseReport]) -> list[tuple[CaseFinding, list[CaseReport]]]:
    """Return each finding with the cases that it was made in: a client that leaks its key does so in every case."""
    groups: dict[tuple[object, ...], tuple[CaseFinding, list[CaseReport]]] = {}
    for case in cases:
        for finding in case.findings:
            # the fingerprint is another one in each case
            key = (finding.check, finding.message, finding.provenance, finding.severity, finding.accepted_reason)
            groups.setdefault(key, (finding, []))[1].append(case)
    return list(groups.values())


def _render_finding(report: CertificationReport, finding: CaseFinding, cases: Sequence[CaseReport]) -> str:
    check = report.get_check(finding.check)
    lines = [
        f"{finding.check}: {clean_line(finding.message)}",
        f"  in: {_list_some([case.id for case in cases])}",
        f"  why: {clean_line(check.rationale)} ({clean_line(str(finding.provenance))})",
        f"  how: {clean_line(check.remediation)}",
    ]
    if finding.accepted_reason:
        lines.append(f"  accepted: {clean_line(finding.accepted_reason)}")
    if check.since > report.settings.suite:
        suite = report.settings.suite
        lines.append(f"  new: the check came with suite {check.since}, and fails nobody in suite {suite}")
    return "\n".join(lines)


def _list_some(case_ids: Sequence[str]) -> str:
    text = ", ".join(clean_line(case_id) for case_id in case_ids[:MAX_SHOWN_CASES])
    if len(case_ids) > MAX_SHOWN_CASES:
        text += f" and {len(case_ids) - MAX_SHOWN_CASES} more"
    return text


# the names are those of `--format` and `--report`
RENDERERS: Final[Mapping[str, Callable[[CertificationReport], str]]] = {"text": render_text, **CERTIFICATION_FORMATS}
