"""The report for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from lookalike_specs.printable_text import break_workflow_commands

from ..coverage import CoverageShare, group_missing_errors
from .escape import clean_line, clean_text
from .location import get_display_path, quote_source
from .report import STATES, FindingGroup, Report, ReportedFinding, ResultState

Role = Literal[
    "heading", "failed", "warned", "noted", "could not check", "passed", "accepted", "does not apply", "faint"
]
Styler = Callable[[Role, str], str]
# as a curl line writes a credential: `-H 'apiToken: '"$LOOKALIKE_TMAPI_APITOKEN"`
CREDENTIAL_VARIABLE: Final = re.compile(r"\$(LOOKALIKE_[A-Z0-9_]+)")
# of the findings that are like another one
MAX_OTHERS: Final = 20
MAX_LINE_CHARACTERS: Final = 160
NOT_APPLICABLE: Final[ResultState] = "does not apply"
# the words behind a number, where they are not the state's own: "3 passed", but "1 with a warning"
STATE_WORDS: Final[dict[ResultState, str]] = {
    "warned": "with a warning",
    "noted": "with a note",
    "could not check": "not checked",
}
LABELS: Final = {"failed": "FAILED", "warned": "WARNING", "noted": "NOTE", "accepted": "ACCEPTED"}


def leave_unstyled(_: Role, text: str) -> str:
    """Return the text without colours."""
    return text


def render_text(report: Report, style: Styler = leave_unstyled) -> str:
    """Return lines for a person: the families of each API, each finding, what could not be checked, the numbers."""
    text = "".join(line + "\n" for line in _render_lines(report, style))
    return break_workflow_commands(text)


def build_coverage_table(report: Report) -> list[list[str]]:
    """Return a row of headings, then a row for each API, with `covered/total` in a column for each kind of thing."""
    totals = {api.id: report.coverage.sum_shares(api.id) for api in report.apis}
    kinds = list(dict.fromkeys(kind for shares in totals.values() for kind in shares))
    rows = [["coverage", *kinds]]
    for api, shares in totals.items():
        rows.append([api, *(_format_share(shares.get(kind)) for kind in kinds)])
    return rows


def list_missing_errors(report: Report) -> list[str]:
    """Return a line for each API with the errors that never came, and what it would take to bring them about."""
    lines = []
    for api in report.apis:
        by_need = group_missing_errors(report.coverage, api)
        parts = [f"{', '.join(errors)} ({need})" for need, errors in by_need.items()]
        if parts:
            lines.append(f"{api.id}: not brought about: {'; '.join(parts)}")
    return lines


def _format_share(share: CoverageShare | None) -> str:
    if share is None or not share.total:
        return "-"
    return f"{share.covered}/{share.total}"


def _render_lines(report: Report, style: Styler) -> Iterator[str]:
    yield f"{style('heading', f'Lookalike {report.version}')} judged {report.target}"
    for api in report.apis:
        yield f"\n{style('heading', api.id)}"
        yield from _render_families(report, api.id, style)
    for group in report.groups:
        yield ""
        if group.first.state == "noted":
            yield from _render_note(group, style)
        else:
            yield from _render_finding(group.first, style)
            yield from _render_others(group, style)
    yield from _render_hints(report, style)
    yield from _render_accepted(report, style)
    yield from _render_unchecked(report, style)
    if report.notes:
        yield f"\n{style('heading', 'baseline')}"
        yield from (f"  {note}" for note in report.notes)
    yield f"\n{style(_find_worst_state(report), format_summary(report))}"


def _render_families(report: Report, api: str, style: Styler) -> Iterator[str]:
    width = max((len(family) for family in report.checks_by_family), default=0)
    for family in report.checks_by_family:
        counts = {state: report.count_results(state, api=api, family=family) for state in STATES}
        shown = [
            style(state, f"{count} {STATE_WORDS.get(state, state)}")
            for state, count in counts.items()
            if count and state != NOT_APPLICABLE
        ]
        if shown:
            summary = ", ".join(shown)
        elif counts[NOT_APPLICABLE]:
            summary = NOT_APPLICABLE
        else:
            summary = "not run"
        yield f"  {family:{width}}  {summary}"


def _render_finding(finding: ReportedFinding, style: Styler) -> Iterator[str]:
    location = finding.evidence.location
    operation = f"{finding.api}/{finding.operation}"
    yield f"{style(finding.state, LABELS[finding.state])}  {operation}  {style('heading', finding.check)}"
    yield f"  {clean_line(finding.message)}"
    rows = {
        "where": clean_line(finding.pointer),
        "rule": f"{get_display_path(location)}:{location.line}  {location.pointer}",
        "": quote_source(location),
        "fact": clean_line(format_provenance(finding)),
        "again": finding.rerun_command,
        "why": f"lookalike explain {finding.check}",
        "id": finding.fingerprint,
        "curl": clean_text(finding.evidence.curl),
    }
    for name, value in rows.items():
        first, *rest = value.splitlines() or [""]
        if first:
            yield f"  {style('faint', f'{name:5}')}  {first}"
        yield from (f"         {line}" for line in rest)


def format_provenance(finding: ReportedFinding) -> str:
    """Return how sure the rule is, from what source, and where the document says so if that is not the rule itself."""
    text = str(finding.provenance)
    if finding.provenance_pointer in ("", finding.evidence.location.pointer):
        return text
    return f"{text} ({finding.provenance_pointer})"


def _render_note(group: FindingGroup, style: Styler) -> Iterator[str]:
    """Yield two lines for what fails nobody: it is there to be known, and not to be mended."""
    finding = group.first
    operation = f"{finding.api}/{finding.operation}"
    yield f"{style('noted', LABELS['noted'])}  {operation}  {style('heading', finding.check)}  {finding.fingerprint}"
    yield f"  {clean_line(finding.message)}"
    yield f"  {style('faint', clean_line(format_provenance(finding)))}"
    yield from _render_others(group, style)


def _render_others(group: FindingGroup, style: Styler) -> Iterator[str]:
    if not group.others:
        return
    yield f"  {style('faint', f'and {len(group.others)} more like it:')}"
    for finding in group.others[:MAX_OTHERS]:
        yield f"    {finding.operation}  {finding.fingerprint}  {shorten_line(clean_line(finding.message))}"
    if len(group.others) > MAX_OTHERS:
        yield f"    … {len(group.others) - MAX_OTHERS} more; `--format json` has all"


def shorten_line(text: str) -> str:
    """Return the beginning of a line that has to be short."""
    if len(text) <= MAX_LINE_CHARACTERS:
        return text
    return f"{text[:MAX_LINE_CHARACTERS]}…"


def _render_hints(report: Report, style: Styler) -> Iterator[str]:
    """Yield what the reader has to do before the curl lines work; one empty line before all of it."""
    hints = []
    names = _list_credential_variables(report)
    if names:
        hints.append(f"To run the curl lines, export the credentials first: {', '.join(names)}")
    if report.unaccepted_findings and report.restart_command:
        hints.append(f"For the curl lines, start the mock again: {report.restart_command}")
    if hints:
        yield ""
    yield from (style("faint", hint) for hint in hints)


def _list_credential_variables(report: Report) -> list[str]:
    names: dict[str, None] = {}
    for finding in report.unaccepted_findings:
        names.update(dict.fromkeys(CREDENTIAL_VARIABLE.findall(finding.evidence.curl)))
    return list(names)


def _render_accepted(report: Report, style: Styler) -> Iterator[str]:
    accepted = [finding for finding in report.findings if finding.accepted_reason]
    if accepted:
        yield f"\n{style('heading', 'accepted by the baseline')}"
    for finding in accepted:
        operation = f"{finding.api}/{finding.operation}"
        yield f"  {operation}  {finding.check}  {finding.fingerprint}  {clean_line(finding.accepted_reason)}"


def _render_unchecked(report: Report, style: Styler) -> Iterator[str]:
    """Yield one entry for all checks of an API that could not be made for the same reason."""
    if report.unchecked_groups:
        yield f"\n{style('could not check', 'could not be checked')}"
    for group in report.unchecked_groups:
        yield f"  {group.scope}  {', '.join(group.checks)}"
        yield f"    {clean_line(group.reason)}"


def format_summary(report: Report) -> str:
    """Return the numbers of a run in one line."""
    parts = []
    if report.is_interrupted:
        parts.append("interrupted")
    parts.append(format_count(report.count_findings("failed"), "error"))
    warnings = report.count_findings("warned")
    if warnings:
        parts.append(format_count(warnings, "warning"))
    notes = report.count_findings("noted")
    if notes:
        parts.append(format_count(notes, "note"))
    accepted = report.count_findings("accepted")
    if accepted:
        parts.append(f"{accepted} accepted")
    parts.append(f"{format_count(report.count_results('passed'), 'check')} passed")
    unchecked = report.count_results("could not check")
    if unchecked:
        parts.append(f"{unchecked} not checked")
    parts.append(f"{format_count(report.request_count, 'request')} in {report.seconds:.1f} s")
    parts.append(f"seed {report.seed}")
    return ", ".join(parts)


def _find_worst_state(report: Report) -> ResultState:
    states = (report.get_state(result) for result in report.results)
    return min(states, key=STATES.index, default="does not apply")


def format_count(number: int, noun: str) -> str:
    """Return the number and the noun, in the plural unless the number is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
