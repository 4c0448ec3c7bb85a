"""The report as annotations of GitHub's workflows."""

from __future__ import annotations

from collections.abc import Iterator

from .report import Report, ReportedFinding
from .text import format_summary
from .util import clean_text, get_display_path


def render_github(report: Report) -> str:
    """A line for each finding, one for what could not be checked, and the numbers."""
    return "".join(line + "\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield from (_annotation(told) for told in report.unaccepted_findings)
    for outcome in report.results:
        if report.get_state(outcome) == "could not check":
            title = f"{outcome.check} could not check {outcome.api}/{outcome.operation}"
            yield f"::warning title={_escape_property(title)}::{_escape_data(outcome.reason)}"
    yield from (f"::notice title=baseline::{_escape_data(note)}" for note in report.notes)
    yield f"::notice title=lookalike check::{_escape_data(format_summary(report))}"


def _annotation(told: ReportedFinding) -> str:
    place = told.evidence.location
    title = f"{told.check} at {told.api}/{told.operation}"
    where = f"file={_escape_property(get_display_path(place))},line={place.line},title={_escape_property(title)}"
    text = "\n".join(filter(None, (told.message, told.pointer, told.rerun_command, told.evidence.curl)))
    return f"::{told.severity} {where}::{_escape_data(text)}"


def _escape_data(text: str) -> str:
    """As workflow commands want it: what follows a newline could be a command of its own."""
    return clean_text(text).replace("%", "%25").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
