"""The report for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from ..coverage import CoverageShare
from ..results import CheckResult
from .report import STATES, Report, ReportedFinding, ResultState
from .util import clean_line, clean_text, get_display_path


def render_coverage_table(report: Report) -> str:
    """A line for each API, a column for each kind of thing: met/of."""
    totals = {api.id: report.coverage.sum_shares(api.id) for api in report.apis}
    kinds = list(dict.fromkeys(kind for shares in totals.values() for kind in shares))
    rows = [["coverage", *kinds]]
    rows += [[api, *(_cell(shares.get(kind)) for kind in kinds)] for api, shares in totals.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(line + "\n" for line in lines)


def _cell(share: CoverageShare | None) -> str:
    return f"{share.covered}/{share.total}" if share and share.total else "-"


Role = Literal["heading", "failed", "warned", "could not check", "passed", "accepted", "does not apply", "faint"]
Styler = Callable[[Role, str], str]
STATE_WORDS: dict[ResultState, str] = {"warned": "with a warning", "could not check": "not checked"}
CREDENTIAL_VARIABLE: Final = re.compile(r"\$(LOOKALIKE_[A-Z0-9_]+)")
NOT_APPLICABLE: ResultState = "does not apply"
LABELS = {"failed": "FAILED", "warned": "WARNING", "accepted": "ACCEPTED"}


def leave_unstyled(_: Role, text: str) -> str:
    """No colours."""
    return text


def render_text(report: Report, paint: Styler = leave_unstyled) -> str:
    """Lines for a person: what was held where, each finding, what could not be checked, the numbers."""
    return "".join(line + "\n" for line in _lines(report, paint))


def _lines(report: Report, paint: Styler) -> Iterator[str]:
    yield f"{paint('heading', f'Lookalike {report.version}')} judged {report.target}"
    for api in report.apis:
        yield f"\n{paint('heading', api.id)}"
        yield from _families(report, api.id, paint)
    for told in report.unaccepted_findings:
        yield from ("", *_finding(told, paint))
    yield from _variables(report, paint)
    yield from _list_accepted(report, paint)
    yield from _list_unchecked(report, paint)
    if report.notes:
        yield f"\n{paint('heading', 'baseline')}"
        yield from (f"  {note}" for note in report.notes)
    yield f"\n{paint(_find_worst_state(report), format_summary(report))}"


def _families(report: Report, api: str, paint: Styler) -> Iterator[str]:
    wide = max((len(family) for family in report.checks_by_family), default=0)
    for family in report.checks_by_family:
        counts = {state: number for state in STATES if (number := report.count_results(state, api=api, family=family))}
        shown = [
            paint(state, f"{counts[state]} {STATE_WORDS.get(state, state)}")
            for state in counts
            if state != NOT_APPLICABLE
        ]
        yield f"  {family:{wide}}  {', '.join(shown) or (NOT_APPLICABLE if counts else 'not run')}"


def _finding(told: ReportedFinding, paint: Styler) -> Iterator[str]:
    place = told.evidence.location
    yield f"{paint(told.state, LABELS[told.state])}  {told.api}/{told.operation}  {paint('heading', told.check)}"
    yield f"  {clean_line(told.message)}"
    rows = {
        "where": clean_line(told.pointer),
        "rule": f"{get_display_path(place)}:{place.line}  {place.pointer}",
        "again": told.rerun_command,
        "why": f"lookalike explain {told.check}",
        "id": told.fingerprint,
        "curl": clean_text(told.evidence.curl),
    }
    yield from (f"  {paint('faint', f'{name:5}')}  {value}" for name, value in rows.items() if value)


def _variables(report: Report, paint: Styler) -> Iterator[str]:
    """What has to be set before the curl lines work."""
    names = dict.fromkeys(
        name for told in report.unaccepted_findings for name in CREDENTIAL_VARIABLE.findall(told.evidence.curl)
    )
    if names:
        yield "\n" + paint("faint", f"Credentials stand in the environment: {', '.join(names)}")
    if report.unaccepted_findings and report.restart_command:
        yield ("" if names else "\n") + paint(
            "faint", f"For the curl lines, start the mock again: {report.restart_command}"
        )


def _list_accepted(report: Report, paint: Styler) -> Iterator[str]:
    accepted = [told for told in report.findings if told.accepted_reason]
    if accepted:
        yield f"\n{paint('heading', 'accepted by the baseline')}"
    for told in accepted:
        yield f"  {told.api}/{told.operation}  {told.check}  {told.fingerprint}  {clean_line(told.accepted_reason)}"


def _list_unchecked(report: Report, paint: Styler) -> Iterator[str]:
    """One line for all checks that could not be made at an operation for the same reason."""
    reasons: dict[tuple[str, str], list[CheckResult]] = {}
    for outcome in report.results:
        if report.get_state(outcome) == "could not check":
            reasons.setdefault((f"{outcome.api}/{outcome.operation}", outcome.reason), []).append(outcome)
    if reasons:
        yield f"\n{paint('could not check', 'could not be checked')}"
    for (where, reason), outcomes in reasons.items():
        yield f"  {where}  {', '.join(outcome.check for outcome in outcomes)}"
        yield f"    {clean_line(reason)}"


def format_summary(report: Report) -> str:
    """The numbers of a run in one line."""
    numbers = {
        state: sum(told.state == state for told in report.findings) for state in ("failed", "warned", "accepted")
    }
    parts = [
        "interrupted" if report.is_interrupted else "",
        format_count(numbers["failed"], "finding"),
        format_count(numbers["warned"], "warning") if numbers["warned"] else "",
        f"{numbers['accepted']} accepted" if numbers["accepted"] else "",
        f"{format_count(report.count_results('passed'), 'check')} passed",
        f"{not_checked} not checked" if (not_checked := report.count_results("could not check")) else "",
        f"{format_count(report.request_count, 'request')} in {report.seconds:.1f} s",
        f"seed {report.seed}",
    ]
    return ", ".join(part for part in parts if part)


def _find_worst_state(report: Report) -> ResultState:
    return min((report.get_state(outcome) for outcome in report.results), key=STATES.index, default="does not apply")


def format_count(number: int, noun: str) -> str:
    """The number and the noun, in the plural where it is not one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
