"""The report as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lookalike_specs import Api
from lookalike_specs.printable_text import break_workflow_commands

from .location import get_display_path, quote_source
from .markdown_code import render_block, render_code, render_code_element
from .report import STATES, FindingGroup, Report, ResultState
from .text import MAX_OTHERS, format_provenance, format_summary, shorten_line

# GitHub takes 65,536 characters for a comment
MAX_CHARACTERS: Final = 60_000
# of the table and the numbers, and of what could not be checked and the baseline
HEAD_CHARACTERS: Final = 4_000
MAX_TAIL_CHARACTERS: Final = 10_000

MARKS: Final[dict[ResultState, str]] = {
    "failed": "❌",
    "warned": "⚠️",
    "noted": "ℹ️",
    "accepted": "☑️",
    "could not check": "❓",
    "passed": "✅",
    "does not apply": "–",
}


def render_markdown(report: Report) -> str:
    """Return a table of families and APIs, then each finding in a fold."""
    text = "".join(line + "\n" for line in _render_lines(report))
    return break_workflow_commands(text)


def _render_lines(report: Report) -> Iterator[str]:
    yield f"## Lookalike judged {render_code(report.target)}"
    yield f"\n{format_summary(report)}.\n"
    yield f"| | {' | '.join(api.id for api in report.apis)} |"
    yield f"| --- |{' --- |' * len(report.apis)}"
    for family in report.checks_by_family:
        cells = [_render_cell(report, family, api) for api in report.apis]
        yield f"| {family} | {' | '.join(cells)} |"
    unchecked = [
        *_render_list("Could not be checked", _list_unchecked(report)),
        *_render_list("Baseline", report.notes),
    ]
    # what comes behind the findings has its room first, so that it is not what a comment loses
    room = MAX_CHARACTERS - HEAD_CHARACTERS - min(_measure(unchecked), MAX_TAIL_CHARACTERS)
    yield from _render_groups(report, room)
    yield from _limit_lines(unchecked, MAX_TAIL_CHARACTERS)


def _render_groups(report: Report, room: int) -> Iterator[str]:
    """Yield a fold for each group of findings, as many as there is room for, and how many there are besides."""
    accepted = [finding for finding in report.findings if finding.accepted_reason]
    groups = [*report.groups, *(FindingGroup(finding, ()) for finding in accepted)]
    for number, group in enumerate(groups):
        lines = list(_render_group(group))
        room -= _measure(lines)
        if room < 0:
            count = sum(1 + len(left_out.others) for left_out in groups[number:])
            yield f"\n{count} more are not shown here, as a comment has no more room; the other formats have them."
            return
        yield from lines


def _limit_lines(lines: Sequence[str], room: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield f"- {len(lines) - number} more"
            return
        yield line


def _measure(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _render_cell(report: Report, family: str, api: Api) -> str:
    marks = []
    for state in STATES:
        count = report.count_results(state, api=api.id, family=family)
        if count and state != "does not apply":
            marks.append(f"{MARKS[state]} {count}")
    return " ".join(marks) or MARKS["does not apply"]


def _render_group(group: FindingGroup) -> Iterator[str]:
    finding = group.first
    location = finding.evidence.location
    title = f"{finding.api}/{finding.operation} {finding.check}"
    message = render_code_element(finding.message)
    yield f"\n<details><summary>{MARKS[finding.state]} {title} ({finding.provenance.kind}): {message}</summary>\n"
    yield f"- where: {render_code(finding.pointer or 'the whole answer')}"
    yield f"- rule: {render_code(f'{get_display_path(location)}:{location.line}')} {render_code(location.pointer)}"
    yield f"- fact: {render_code(format_provenance(finding))}"
    yield f"- again: {render_code(finding.rerun_command)}"
    yield f"- id: {render_code(finding.fingerprint)}"
    if finding.accepted_reason:
        yield f"- accepted: {render_code(finding.accepted_reason)}"
    evidence = finding.evidence
    if group.others:
        yield f"- and {len(group.others)} more like it:"
    for other in group.others[:MAX_OTHERS]:
        yield f"  - {other.operation} {render_code(shorten_line(other.message))} {render_code(other.fingerprint)}"
    quote = quote_source(location)
    if quote:
        yield f"\n{render_block('yaml', quote)}"
    blocks = (
        ("sh", evidence.curl),
        ("python", evidence.python),
        ("http", evidence.request),
        ("http", evidence.response),
    )
    for language, text in blocks:
        yield ""
        yield render_block(language, text)
    yield "\n</details>"


def _list_unchecked(report: Report) -> list[str]:
    return [f"{group.scope} {', '.join(group.checks)}: {group.reason}" for group in report.unchecked_groups]


def _render_list(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"\n### {title}\n"
    for item in items:
        yield f"- {render_code(item)}"
