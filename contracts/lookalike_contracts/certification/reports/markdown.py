"""The report as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lookalike_specs.printable_text import break_workflow_commands

from ...reports.markdown_code import render_block, render_code, render_code_element
from ..judge import Verdict
from .report import CaseReport, CertificationReport, summarize
from .rows import MatrixRow, build_matrix_rows, group_unjudged_cases

# GitHub takes 65,536 characters for a comment
MAX_CHARACTERS: Final = 60_000
# of the table; what is beyond it is counted
MAX_TABLE_CHARACTERS: Final = 20_000
MARKS: Final[dict[Verdict, str]] = {
    "failed": "❌",
    "not judged": "❓",
    "warned": "⚠️",
    "informational": "ℹ️",
    "accepted": "☑️",
    "passed": "✅",
}
ABSENT: Final = "–"


def render_markdown(report: CertificationReport) -> str:
    """Return a table of situations and clients, then each case with a finding in a fold."""
    lines = list(_render_table(report))
    room = MAX_CHARACTERS - _measure(lines)
    lines += _render_cases(report, room)
    return break_workflow_commands("".join(f"{line}\n" for line in lines))


def _render_table(report: CertificationReport) -> Iterator[str]:
    yield "## Lookalike certified"
    yield f"\n{summarize(report)} (suite {report.settings.suite}).\n"
    labels = [client.label for client in report.clients]
    yield f"| | {' | '.join(_escape_cell(render_code(label)) for label in labels)} |"
    yield f"| --- |{' --- |' * len(labels)}"
    rows = build_matrix_rows(report)
    room = MAX_TABLE_CHARACTERS
    for number, row in enumerate(rows):
        line = _render_row(row)
        room -= len(line) + 1
        if room < 0:
            yield f"\n{len(rows) - number} more cases have no room here."
            return
        yield line
    for group in group_unjudged_cases(report):
        count = f"{len(group.case_ids)} of {render_code(group.client)}"
        yield f"\n- {MARKS['not judged']} not judged, {count}: {render_code(group.reason)}"
    for note in report.notes:
        yield f"\n- baseline: {render_code(note)}"


def _render_row(row: MatrixRow) -> str:
    cells = [_render_cell(case) for case in row.cases]
    return f"| {_escape_cell(render_code(row.case_id))} | {' | '.join(cells)} |"


def _render_cell(case: CaseReport | None) -> str:
    if case is None:
        return ABSENT
    return " ".join((MARKS[case.verdict], *case.check_ids))


def _escape_cell(text: str) -> str:
    # in a table a bar ends its cell, inside of code as well
    return text.replace("|", "\\|")


def _render_cases(report: CertificationReport, room: int) -> Iterator[str]:
    """Yield a fold for each case with a finding, as many as there is room for, and how many there are besides."""
    cases = [case for verdict in MARKS for case in report.cases if case.verdict == verdict and case.findings]
    for number, case in enumerate(cases):
        lines = list(_render_case(report, case))
        room -= _measure(lines)
        if room < 0:
            yield f"\n{len(cases) - number} more have no room in a comment; the other formats have them."
            return
        yield from lines


def _render_case(report: CertificationReport, case: CaseReport) -> Iterator[str]:
    title = render_code_element(f"{case.client}: {case.id}")
    words = render_code_element(case.findings[0].message)
    yield f"\n<details><summary>{MARKS[case.verdict]} {title} {words}</summary>\n"
    for finding in case.findings:
        check = report.get_check(finding.check)
        yield f"- {finding.check}: {render_code(finding.message)}"
        yield f"  - why: {render_code(check.rationale)}"
        yield f"  - how: {render_code(check.remediation)}"
        yield f"  - fact: {render_code(str(finding.provenance))}"
        yield f"  - id: {render_code(finding.fingerprint)}"
        if finding.accepted_reason:
            yield f"  - accepted: {render_code(finding.accepted_reason)}"
    if case.answer:
        yield f"- the client gave: {render_code(case.answer)}"
    yield f"- again: {render_code(case.rerun_command)}"
    for exchange in case.exchanges[-1:]:
        for message in (exchange.request, exchange.response):
            yield ""
            yield render_block("http", "\n\n".join(filter(None, (message.head, message.body))))
    yield "\n</details>"


def _measure(lines: list[str]) -> int:
    return sum(len(line) + 1 for line in lines)
