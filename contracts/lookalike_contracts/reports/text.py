"""The report for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from ..verdict import Outcome
from .clean import clean, one_line
from .location import file
from .report import STATES, Report, State, Told

Role = Literal["heading", "failed", "warned", "could not check", "passed", "accepted", "does not apply", "faint"]
Paint = Callable[[Role, str], str]
WORDS: dict[State, str] = {"warned": "with a warning", "could not check": "not checked"}
VARIABLE: Final = re.compile(r"\$(LOOKALIKE_[A-Z0-9_]+)")
NOTHING: State = "does not apply"
LABELS = {"failed": "FAILED", "warned": "WARNING", "accepted": "ACCEPTED"}


def plain(_: Role, text: str) -> str:
    """No colours."""
    return text


def as_text(report: Report, paint: Paint = plain) -> str:
    """Lines for a person: what was held where, each finding, what could not be checked, the numbers."""
    return "".join(line + "\n" for line in _lines(report, paint))


def _lines(report: Report, paint: Paint) -> Iterator[str]:
    yield f"{paint('heading', f'Lookalike {report.version}')} judged {report.target}"
    for api in report.apis:
        yield f"\n{paint('heading', api.id)}"
        yield from _families(report, api.id, paint)
    for told in report.counting:
        yield from ("", *_finding(told, paint))
    yield from _variables(report, paint)
    yield from _accepted(report, paint)
    yield from _not_checked(report, paint)
    if report.notes:
        yield f"\n{paint('heading', 'baseline')}"
        yield from (f"  {note}" for note in report.notes)
    yield f"\n{paint(_worst(report), closing(report))}"


def _families(report: Report, api: str, paint: Paint) -> Iterator[str]:
    wide = max((len(family) for family in report.families), default=0)
    for family in report.families:
        counts = {state: number for state in STATES if (number := report.number(state, api=api, family=family))}
        shown = [paint(state, f"{counts[state]} {WORDS.get(state, state)}") for state in counts if state != NOTHING]
        yield f"  {family:{wide}}  {', '.join(shown) or (NOTHING if counts else 'not run')}"


def _finding(told: Told, paint: Paint) -> Iterator[str]:
    place = told.shown.place
    yield f"{paint(told.state, LABELS[told.state])}  {told.api}/{told.operation}  {paint('heading', told.check)}"
    yield f"  {one_line(told.message)}"
    rows = {
        "where": one_line(told.pointer),
        "rule": f"{file(place)}:{place.line}  {place.pointer}",
        "again": told.again,
        "why": f"lookalike explain {told.check}",
        "id": told.fingerprint,
        "curl": clean(told.shown.curl),
    }
    yield from (f"  {paint('faint', f'{name:5}')}  {value}" for name, value in rows.items() if value)


def _variables(report: Report, paint: Paint) -> Iterator[str]:
    """What has to be set before the curl lines work."""
    names = dict.fromkeys(name for told in report.counting for name in VARIABLE.findall(told.shown.curl))
    if names:
        yield "\n" + paint("faint", f"Credentials stand in the environment: {', '.join(names)}")
    if report.counting and report.restart:
        yield ("" if names else "\n") + paint("faint", f"For the curl lines, start the mock again: {report.restart}")


def _accepted(report: Report, paint: Paint) -> Iterator[str]:
    accepted = [told for told in report.told if told.accepted]
    if accepted:
        yield f"\n{paint('heading', 'accepted by the baseline')}"
    for told in accepted:
        yield f"  {told.api}/{told.operation}  {told.check}  {told.fingerprint}  {one_line(told.accepted)}"


def _not_checked(report: Report, paint: Paint) -> Iterator[str]:
    """One line for all checks that could not be made at an operation for the same reason."""
    reasons: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in report.outcomes:
        if report.state(outcome) == "could not check":
            reasons.setdefault((f"{outcome.api}/{outcome.operation}", outcome.reason), []).append(outcome)
    if reasons:
        yield f"\n{paint('could not check', 'could not be checked')}"
    for (where, reason), outcomes in reasons.items():
        yield f"  {where}  {', '.join(outcome.check for outcome in outcomes)}"
        yield f"    {one_line(reason)}"


def closing(report: Report) -> str:
    """The numbers of a run in one line."""
    numbers = {state: sum(told.state == state for told in report.told) for state in ("failed", "warned", "accepted")}
    parts = [
        "interrupted" if report.interrupted else "",
        count(numbers["failed"], "finding"),
        count(numbers["warned"], "warning") if numbers["warned"] else "",
        f"{numbers['accepted']} accepted" if numbers["accepted"] else "",
        f"{count(report.number('passed'), 'check')} passed",
        f"{not_checked} not checked" if (not_checked := report.number("could not check")) else "",
        f"{count(report.cases, 'request')} in {report.seconds:.1f} s",
        f"seed {report.seed}",
    ]
    return ", ".join(part for part in parts if part)


def _worst(report: Report) -> State:
    return min((report.state(outcome) for outcome in report.outcomes), key=STATES.index, default="does not apply")


def count(number: int, noun: str) -> str:
    """The number and the noun, in the plural where it is not one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
