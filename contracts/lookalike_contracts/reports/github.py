"""The report as annotations of GitHub's workflows."""

from __future__ import annotations

from collections.abc import Iterator

from .escape import clean_text
from .location import get_display_path
from .report import Report, ReportedFinding
from .text import format_summary


def render_github(report: Report) -> str:
    """Return a line for each finding, one for each check that could not be made, and the numbers."""
    return "".join(line + "\n" for line in _render_lines(report))


def _render_lines(report: Report) -> Iterator[str]:
    for finding in report.unaccepted_findings:
        yield _render_annotation(finding)
    for result in report.results:
        if report.get_state(result) == "could not check":
            title = f"{result.check} could not check {result.api}/{result.operation}"
            yield f"::warning title={_escape_property(title)}::{_escape_data(result.reason)}"
    for note in report.notes:
        yield f"::notice title=baseline::{_escape_data(note)}"
    yield f"::notice title=lookalike check::{_escape_data(format_summary(report))}"


def _render_annotation(finding: ReportedFinding) -> str:
    location = finding.evidence.location
    title = f"{finding.check} at {finding.api}/{finding.operation}"
    file = _escape_property(get_display_path(location))
    parts = (finding.message, finding.pointer, finding.rerun_command, finding.evidence.curl)
    text = "\n".join(part for part in parts if part)
    properties = f"file={file},line={location.line},title={_escape_property(title)}"
    return f"::{finding.severity} {properties}::{_escape_data(text)}"


def _escape_data(text: str) -> str:
    """Return the text on one line. A runner reads each line of a log, and `::error::` on a new one is a command."""
    return clean_text(text).replace("%", "%25").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
