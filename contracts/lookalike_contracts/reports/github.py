"""The report as annotations of GitHub's workflows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lookalike_specs.printable_text import break_bracket_commands

from ..reproduction.text import truncate_bytes
from .escape import clean_text
from .location import get_display_path
from .report import FindingGroup, Report, ResultState
from .text import format_provenance, format_summary

# of one kind (error, warning, notice) in one step
MAX_ANNOTATIONS: Final = 10
MAX_MESSAGE_BYTES: Final = 4000
COMMANDS: Final[Mapping[ResultState, str]] = {"failed": "error", "warned": "warning", "noted": "notice"}


def render_github(report: Report) -> str:
    """Return a line for each group of findings, one for what could not be checked, and the numbers.

    A runner shows ten lines of each kind and drops the rest in silence. So there are nine at most, and one that says how
    many there are besides.
    """
    lines = [
        *_limit("error", _render_annotations(report, "failed")),
        *_limit("warning", [*_render_annotations(report, "warned"), *_render_unchecked(report)]),
        *_limit("notice", [*_render_annotations(report, "noted"), *_render_notes(report)], MAX_ANNOTATIONS - 1),
        f"::notice title=lookalike check::{_escape_data(format_summary(report))}",
    ]
    # each line is a command of ours, in which nothing of a server can begin another line
    return break_bracket_commands("".join(line + "\n" for line in lines))


def _limit(kind: str, lines: Sequence[str], max_count: int = MAX_ANNOTATIONS) -> Sequence[str]:
    """Return the lines that a runner shows; the last one says how many it does not."""
    if len(lines) <= max_count:
        return lines
    shown = lines[: max_count - 1]
    text = f"{len(lines) - len(shown)} more are not shown here, as a step has ten; the other formats have them"
    return [*shown, f"::{kind} title=lookalike check::{text}"]


def _render_annotations(report: Report, state: ResultState) -> list[str]:
    return [_render_annotation(group) for group in report.groups if group.first.state == state]


def _render_annotation(group: FindingGroup) -> str:
    finding = group.first
    location = finding.evidence.location
    title = f"{finding.check} at {finding.api}/{finding.operation}"
    file = _escape_property(get_display_path(location))
    parts = [finding.message, format_provenance(finding), finding.pointer, finding.rerun_command, finding.evidence.curl]
    if group.others:
        parts.insert(1, f"and {len(group.others)} more like it")
    text = "\n".join(part for part in parts if part)
    properties = f"file={file},line={location.line},title={_escape_property(title)}"
    return f"::{COMMANDS[finding.state]} {properties}::{_escape_data(truncate_bytes(text, MAX_MESSAGE_BYTES))}"


def _render_unchecked(report: Report) -> Iterator[str]:
    for group in report.unchecked_groups:
        title = f"could not check {group.scope}"
        text = f"{group.reason}\n{', '.join(group.checks)}"
        yield f"::warning title={_escape_property(title)}::{_escape_data(truncate_bytes(text, MAX_MESSAGE_BYTES))}"


def _render_notes(report: Report) -> Iterator[str]:
    for note in report.notes:
        yield f"::notice title=baseline::{_escape_data(note)}"


def _escape_data(text: str) -> str:
    """Return the text on one line. A runner reads each line of a log, and `::error::` on a new one is a command."""
    return clean_text(text).replace("%", "%25").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
