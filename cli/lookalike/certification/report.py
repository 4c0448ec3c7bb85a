"""What came of a certification, for a terminal, and the formats that there are besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lookalike_contracts.certification.reports import CERTIFICATION_FORMATS, CertificationReport
from lookalike_contracts.certification.reports.report import CaseFinding, CaseReport, CertifiedClient, summarize
from lookalike_contracts.certification.reports.rows import group_unjudged_cases
from lookalike_specs.printable_text import break_workflow_commands, clean_line

from ..output import render_table

MAX_SHOWN_CASES: Final = 4
# of one check
MAX_SHOWN_FINDINGS: Final = 12


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
    groups = _group_findings(cases)
    # in the order in which each check first found something
    for check_id in dict.fromkeys(group.finding.check for group in groups):
        parts.append(_render_check(report, [group for group in groups if group.finding.check == check_id]))
    return parts


def _render_cases(cases: Iterable[CaseReport]) -> str:
    rows: list[tuple[str, str, str]] = []
    for case in cases:
        rows.append((case.verdict, clean_line(case.id), ", ".join(case.check_ids)))
    return render_table(rows)


@dataclass
class CaseFindingGroup:
    """The same finding in many cases: a client that leaks its key does so in every one."""

    finding: CaseFinding
    case_ids: list[str] = field(default_factory=list)


def _group_findings(cases: Iterable[CaseReport]) -> list[CaseFindingGroup]:
    """Return each finding once, with the cases that it was made in."""
    groups: dict[tuple[object, ...], CaseFindingGroup] = {}
    for case in cases:
        for finding in case.findings:
            # The fingerprint is another one in each case, and so is the severity: a variant may be less sure than the rule.
            key = (finding.check, finding.message, finding.provenance, finding.accepted_reason)
            groups.setdefault(key, CaseFindingGroup(finding)).case_ids.append(case.id)
    return list(groups.values())


def _render_check(report: CertificationReport, groups: Sequence[CaseFindingGroup]) -> str:
    """Return all that one check found; why that is wrong, and what to do, is the same for all of it."""
    check = report.get_check(groups[0].finding.check)
    lines = []
    if len(groups) == 1:
        finding = groups[0].finding
        lines += [
            f"{check.id}: {clean_line(finding.message)}",
            *_render_details(groups[0], "  "),
            f"  why: {clean_line(check.rationale)} ({clean_line(str(finding.provenance))})",
        ]
    else:
        lines.append(check.id)
        for group in groups[:MAX_SHOWN_FINDINGS]:
            lines.append(f"  {clean_line(group.finding.message)} ({clean_line(str(group.finding.provenance))})")
            lines += _render_details(group, "    ")
        if len(groups) > MAX_SHOWN_FINDINGS:
            lines.append(f"  and {len(groups) - MAX_SHOWN_FINDINGS} more of its kind, which every other --format has")
        lines.append(f"  why: {clean_line(check.rationale)}")
    lines.append(f"  how: {clean_line(check.remediation)}")
    if check.since > report.settings.suite:
        suite = report.settings.suite
        lines.append(f"  new: the check came with suite {check.since}, and fails nobody in suite {suite}")
    return "\n".join(lines)


def _render_details(group: CaseFindingGroup, indent: str) -> list[str]:
    lines = [f"{indent}in: {_list_some(group.case_ids)}"]
    if group.finding.accepted_reason:
        lines.append(f"{indent}accepted: {clean_line(group.finding.accepted_reason)}")
    return lines


def _list_some(case_ids: Sequence[str]) -> str:
    text = ", ".join(clean_line(case_id) for case_id in case_ids[:MAX_SHOWN_CASES])
    if len(case_ids) > MAX_SHOWN_CASES:
        text += f" and {len(case_ids) - MAX_SHOWN_CASES} more"
    return text


# the names are those of `--format` and `--report`
RENDERERS: Final[Mapping[str, Callable[[CertificationReport], str]]] = {"text": render_text, **CERTIFICATION_FORMATS}
