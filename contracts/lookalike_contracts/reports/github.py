"""The report as annotations of GitHub's workflows."""

from __future__ import annotations

from collections.abc import Iterator

from .clean import clean
from .location import file
from .report import Report, Told
from .text import closing


def as_github(report: Report) -> str:
    """A line for each finding, one for what could not be checked, and the numbers."""
    return "".join(line + "\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield from (_annotation(told) for told in report.counting)
    for outcome in report.outcomes:
        if report.state(outcome) == "could not check":
            title = f"{outcome.check} could not check {outcome.api}/{outcome.operation}"
            yield f"::warning title={_property(title)}::{_data(outcome.reason)}"
    yield from (f"::notice title=baseline::{_data(note)}" for note in report.notes)
    yield f"::notice title=lookalike check::{_data(closing(report))}"


def _annotation(told: Told) -> str:
    place = told.shown.place
    title = f"{told.check} at {told.api}/{told.operation}"
    where = f"file={_property(file(place))},line={place.line},title={_property(title)}"
    text = "\n".join(filter(None, (told.message, told.pointer, told.again, told.shown.curl)))
    return f"::{told.severity} {where}::{_data(text)}"


def _data(text: str) -> str:
    """As workflow commands want it: what follows a newline could be a command of its own."""
    return clean(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
