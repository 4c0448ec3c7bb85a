"""The report as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from lookalike_specs import Api

from .clean import clean, one_line
from .location import file
from .report import STATES, Report, State, Told
from .text import closing

MARKS: Final[dict[State, str]] = {
    "failed": "❌",
    "warned": "⚠️",
    "accepted": "☑️",
    "could not check": "❓",
    "passed": "✅",
    "does not apply": "–",
}


def as_markdown(report: Report) -> str:
    """A table of families and APIs, then each finding in a fold."""
    return "".join(line + "\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"## Lookalike judged {_code(report.target)}"
    yield f"\n{closing(report)}.\n"
    yield f"| | {' | '.join(api.id for api in report.apis)} |"
    yield f"| --- |{' --- |' * len(report.apis)}"
    for family in report.families:
        yield f"| {family} | {' | '.join(_cell(report, family, api) for api in report.apis)} |"
    for told in report.told:
        yield from _finding(told)
    yield from _list("Could not be checked", _not_checked(report))
    yield from _list("Baseline", report.notes)


def _cell(report: Report, family: str, api: Api) -> str:
    counts = [(state, report.number(state, api=api.id, family=family)) for state in STATES]
    shown = [f"{MARKS[state]} {number}" for state, number in counts if number and state != "does not apply"]
    return " ".join(shown) or MARKS["does not apply"]


def _finding(told: Told) -> Iterator[str]:
    place = told.shown.place
    mark = MARKS[told.state]
    yield f"\n<details><summary>{mark} {told.api}/{told.operation} {told.check}: {_html(told.message)}</summary>\n"
    yield f"- where: {_code(told.pointer or 'the whole answer')}"
    yield f"- rule: {_code(f'{file(place)}:{place.line}')} {_code(place.pointer)}"
    yield f"- again: {_code(told.again)}"
    yield f"- id: {_code(told.fingerprint)}"
    if told.accepted:
        yield f"- accepted: {_code(told.accepted)}"
    for language, text in _blocks(told):
        yield from ("", _block(language, text))
    yield "\n</details>"


def _blocks(told: Told) -> Iterator[tuple[str, str]]:
    yield "sh", told.shown.curl
    yield "python", told.shown.python
    yield "http", told.shown.request
    yield "http", told.shown.reply


def _not_checked(report: Report) -> list[str]:
    return [
        f"{outcome.api}/{outcome.operation} {outcome.check}: {outcome.reason}"
        for outcome in report.outcomes
        if report.state(outcome) == "could not check"
    ]


def _list(title: str, lines: tuple[str, ...] | list[str]) -> Iterator[str]:
    if lines:
        yield f"\n### {title}\n"
        yield from (f"- {_code(line)}" for line in lines)


def _html(text: str) -> str:
    """As code, where nobody's name is taken for a mention."""
    return f"<code>{html.escape(one_line(text))}</code>"


def _code(text: str) -> str:
    """Code in a line, behind as many backticks as it takes."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{ticks}{space}{one_line(text)}{space}{ticks}"


def _block(language: str, text: str) -> str:
    """A block that what is in it cannot end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{clean(text)}\n{fence}"
