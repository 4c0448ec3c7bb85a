"""The whole page: what report.html.j2 shows, and how it is made safe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from lookalike_specs import Api
from lookalike_specs.provenance import PROVENANCE_KINDS, ProvenanceKind

from ...coverage import FIELD_STATES
from ...registry import Check
from ...results import CheckResult
from ..location import get_display_path, quote_source
from ..report import STATES, Report, ReportedFinding, ResultState
from ..text import format_count, format_provenance, list_missing_errors
from .coverage_view import KINDS, build_coverage_rows, build_operation_views
from .environment import load_template
from .message_view import MessageLine, limit_characters, show_request, show_response

MAX_OPEN_FINDINGS: Final = 3
MAX_EXCHANGES: Final = 3
# of all requests of a finding, and as many of all its responses
MAX_PANEL_CHARACTERS: Final = 3_000

MARKS: dict[ResultState, str] = {
    "failed": "✕",
    "warned": "!",
    "noted": "i",
    "could not check": "?",
    "accepted": "☑",
    "passed": "✓",
    "does not apply": "–",
}
LEGEND: dict[ResultState, str] = {
    "failed": "errors",
    "warned": "warnings",
    "noted": "notes",
    "could not check": "could not be checked",
    "accepted": "accepted by the baseline",
    "passed": "passed",
    "does not apply": "does not apply",
}


class FindingView(NamedTuple):
    """A finding, the check that made it, and its exchanges line by line."""

    id: str
    is_open: bool
    finding: ReportedFinding
    check: Check
    rule: str
    quote: str
    fact: str
    exchanges: tuple[ExchangePanel, ...]
    omitted_count: int


class GroupView(NamedTuple):
    """A finding that is shown, and those that have the same cause."""

    first: FindingView
    others: tuple[FindingView, ...]


class ExchangePanel(NamedTuple):
    """The two sides of an exchange; `number` is "1 of 2", or "" where there is only one."""

    number: str
    request: list[MessageLine]
    response: list[MessageLine]


class CellView(NamedTuple):
    """A cell of the matrix: how a check came out at the operations of an API. `state` is the worst."""

    id: str
    state: ResultState
    text: str
    title: str
    label: str


class DrawerView(NamedTuple):
    """What a cell of the matrix opens to."""

    id: str
    api: Api
    check: Check
    findings: list[FindingView]
    results: list[tuple[CheckResult, ResultState]]


def render_page(report: Report) -> str:
    """Return the page as HTML."""
    findings = list(_build_finding_views(report))
    groups = _build_group_views(report, findings)
    return load_template("report.html.j2").render(
        report=report,
        headline=_build_headline(report),
        verdict=_find_verdict(report),
        numbers=_build_numbers(report),
        sections=list(_list_sections(report)),
        groups=groups,
        kinds_of_findings=_count_kinds(report),
        unchecked=report.unchecked_groups,
        states=STATES,
        marks=MARKS,
        legend=LEGEND,
        matrix=list(_build_matrix(report)),
        drawers=list(_build_drawers(report, findings)),
        kinds=[title for _, title in KINDS],
        coverage_rows=list(build_coverage_rows(report)),
        missing_errors=list_missing_errors(report),
        field_states=FIELD_STATES,
        operations=list(build_operation_views(report)),
    )  # fmt: skip


def _build_headline(report: Report) -> str:
    failed = format_count(report.count_findings("failed"), "error")
    if report.is_interrupted:
        return f"Interrupted, {failed} so far"
    if report.count_findings("failed"):
        return failed
    if report.exit_code:
        return "Not everything could be checked"
    return "No errors"


def _find_verdict(report: Report) -> ResultState:
    if report.count_findings("failed"):
        return "failed"
    if report.exit_code:
        return "could not check"
    return "passed"


def _build_numbers(report: Report) -> list[tuple[str, float]]:
    numbers: list[tuple[str, float]] = [("errors", report.count_findings("failed"))]
    # most runs have none of these, and a zero would only take room
    states: tuple[ResultState, ...] = ("warned", "noted", "accepted")
    for state in states:
        count = report.count_findings(state)
        if count:
            numbers.append(("accepted" if state == "accepted" else LEGEND[state], count))
    return [
        *numbers,
        ("not checked", report.count_results("could not check")),
        ("passed", report.count_results("passed")),
        ("requests", report.request_count),
        ("seconds", round(report.seconds, 1)),
        ("seed", report.seed),
    ]


def _count_kinds(report: Report) -> list[tuple[ProvenanceKind, int]]:
    """Return how many findings rest on facts of each kind, for the filter; kinds without any are left out."""
    counts = Counter(finding.provenance.kind for finding in report.findings)
    return [(kind, counts[kind]) for kind in PROVENANCE_KINDS if counts[kind]]


def _list_sections(report: Report) -> Iterator[str]:
    if report.findings:
        yield "Findings"
    if report.count_results("could not check"):
        yield "Not checked"
    yield "Matrix"
    yield "Coverage"


def _build_finding_views(report: Report) -> Iterator[FindingView]:
    checks = {check.id: check for check in report.checks}
    for number, finding in enumerate(report.findings, 1):
        location = finding.evidence.location
        panels, omitted_count = _build_exchange_panels(finding)
        yield FindingView(
            id=f"finding-{number}",
            is_open=number <= MAX_OPEN_FINDINGS,
            finding=finding,
            check=checks[finding.check],
            rule=f"{get_display_path(location)}:{location.line} {location.pointer}",
            quote=quote_source(location),
            fact=format_provenance(finding),
            exchanges=panels,
            omitted_count=omitted_count,
        )


def _build_group_views(report: Report, views: list[FindingView]) -> list[GroupView]:
    """Return the groups of findings; those that the baseline accepts stand alone, at the end."""
    views_by_finding = {id(view.finding): view for view in views}
    groups = [
        GroupView(views_by_finding[id(group.first)], tuple(views_by_finding[id(finding)] for finding in group.others))
        for group in report.groups
    ]
    return groups + [GroupView(view, ()) for view in views if view.finding.accepted_reason]


def _build_exchange_panels(finding: ReportedFinding) -> tuple[tuple[ExchangePanel, ...], int]:
    """Return the exchanges that are shown, and how many are not: the first and the last two say what is wrong."""
    count = len(finding.exchanges)
    numbered = list(enumerate(finding.exchanges, 1))
    if count > MAX_EXCHANGES:
        numbered = [numbered[0], *numbered[1 - MAX_EXCHANGES :]]
    panels = []
    for number, exchange in numbered:
        # a pointer leads into the last exchange; those before it show what it is compared with
        pointer = finding.pointer if number == count else ""
        panel = ExchangePanel(
            number=f"{number} of {count}" if count > 1 else "",
            request=limit_characters(show_request(exchange.request, pointer), MAX_PANEL_CHARACTERS // len(numbered)),
            response=limit_characters(show_response(exchange.response, pointer), MAX_PANEL_CHARACTERS // len(numbered)),
        )
        panels.append(panel)
    return tuple(panels), count - len(panels)


def _build_matrix(report: Report) -> Iterator[tuple[str, list[tuple[Check, list[CellView | None]]]]]:
    """Yield each family with its checks, and each check with a cell for every API; None where it did not run."""
    for family, checks in report.checks_by_family.items():
        yield family, [(check, [_build_cell(report, api, check) for api in report.apis]) for check in checks]


def _build_cell(report: Report, api: Api, check: Check) -> CellView | None:
    counts = Counter(report.get_state(result) for result in _select_results(report, api, check))
    if not counts:
        return None
    worst = min(counts, key=STATES.index)
    # a pass beside something that could not be checked is a pass, and is shown
    shown = [f"{MARKS[state]} {counts[state]}" for state in STATES if counts[state] and state != "does not apply"]
    text = " ".join(shown) or MARKS[worst]
    title = ", ".join(f"{LEGEND[state]}: {counts[state]}" for state in STATES if counts[state])
    return CellView(_build_cell_id(api, check), worst, text, title, f"{api.id}, {check.id}: {title}")


def _build_cell_id(api: Api, check: Check) -> str:
    return f"{api.id}.{check.id.replace('/', '.')}"


def _select_results(report: Report, api: Api, check: Check) -> list[CheckResult]:
    return [result for result in report.results if (result.api, result.check) == (api.id, check.id)]


def _build_drawers(report: Report, findings: list[FindingView]) -> Iterator[DrawerView]:
    for check in report.checks:
        for api in report.apis:
            results = [(result, report.get_state(result)) for result in _select_results(report, api, check)]
            if results:
                own = [view for view in findings if (view.finding.api, view.finding.check) == (api.id, check.id)]
                yield DrawerView(_build_cell_id(api, check), api, check, own, results)
