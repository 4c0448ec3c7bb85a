"""The report as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from lookalike_specs import Api

from .report import STATES, Report, ReportedFinding, ResultState
from .text import format_summary
from .util import clean_line, clean_text, get_display_path

MARKS: Final[dict[ResultState, str]] = {
    "failed": "❌",
    "warned": "⚠️",
    "accepted": "☑️",
    "could not check": "❓",
    "passed": "✅",
    "does not apply": "–",
}


def render_markdown(report: Report) -> str:
    """A table of families and APIs, then each finding in a fold."""
    return "".join(line + "\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"## Lookalike judged {_code(report.target)}"
    yield f"\n{format_summary(report)}.\n"
    yield f"| | {' | '.join(api.id for api in report.apis)} |"
    yield f"| --- |{' --- |' * len(report.apis)}"
    for family in report.checks_by_family:
        yield f"| {family} | {' | '.join(_cell(report, family, api) for api in report.apis)} |"
    for told in report.findings:
        yield from _finding(told)
    yield from _list("Could not be checked", _list_unchecked(report))
    yield from _list("Baseline", report.notes)


def _cell(report: Report, family: str, api: Api) -> str:
    counts = [(state, report.count_results(state, api=api.id, family=family)) for state in STATES]
    shown = [f"{MARKS[state]} {number}" for state, number in counts if number and state != "does not apply"]
    return " ".join(shown) or MARKS["does not apply"]


def _finding(told: ReportedFinding) -> Iterator[str]:
    place = told.evidence.location
    mark = MARKS[told.state]
    yield f"\n<details><summary>{mark} {told.api}/{told.operation} {told.check}: {_html(told.message)}</summary>\n"
    yield f"- where: {_code(told.pointer or 'the whole answer')}"
    yield f"- rule: {_code(f'{get_display_path(place)}:{place.line}')} {_code(place.pointer)}"
    yield f"- again: {_code(told.rerun_command)}"
    yield f"- id: {_code(told.fingerprint)}"
    if told.accepted_reason:
        yield f"- accepted: {_code(told.accepted_reason)}"
    for language, text in _blocks(told):
        yield from ("", _block(language, text))
    yield "\n</details>"


def _blocks(told: ReportedFinding) -> Iterator[tuple[str, str]]:
    yield "sh", told.evidence.curl
    yield "python", told.evidence.python
    yield "http", told.evidence.request
    yield "http", told.evidence.response


def _list_unchecked(report: Report) -> list[str]:
    return [
        f"{outcome.api}/{outcome.operation} {outcome.check}: {outcome.reason}"
        for outcome in report.results
        if report.get_state(outcome) == "could not check"
    ]


def _list(title: str, lines: tuple[str, ...] | list[str]) -> Iterator[str]:
    if lines:
        yield f"\n### {title}\n"
        yield from (f"- {_code(line)}" for line in lines)


def _html(text: str) -> str:
    """As code, where nobody's name is taken for a mention."""
    return f"<code>{html.escape(clean_line(text))}</code>"


def _code(text: str) -> str:
    """Code in a line, behind as many backticks as it takes."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{ticks}{space}{clean_line(text)}{space}{ticks}"


def _block(language: str, text: str) -> str:
    """A block that what is in it cannot end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{clean_text(text)}\n{fence}"
