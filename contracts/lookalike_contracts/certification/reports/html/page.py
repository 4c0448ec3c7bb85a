"""What the page of a certification shows: clients and situations, and each cell's exchange, reason and command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ....reports.exchange_text import MessageText
from ....reports.html.environment import load_template
from ....reports.html.message_view import MessageLine, limit_characters, show_request, show_response
from ....reports.text import format_count
from ....severity import SEVERITIES, Severity
from ...exchange_text import CaseMessage
from ...judge import Verdict
from ..report import (
    VERDICT_ORDER,
    CaseFinding,
    CaseReport,
    CertificationReport,
    DescribedCheck,
)
from ..rows import MatrixRow, build_matrix_rows, group_unjudged_cases

MARKS: Final[dict[Verdict, str]] = {
    "failed": "✕",
    "not judged": "?",
    "warned": "!",
    "informational": "i",
    "accepted": "☑",
    "passed": "✓",
}
# the classes of the style, which the page of `lookalike check` has as well
CLASSES: Final[dict[Verdict, str]] = {
    "failed": "failed",
    "not judged": "could-not-check",
    "warned": "warned",
    "informational": "noted",
    "accepted": "accepted",
    "passed": "passed",
}
SEVERITY_CLASSES: Final[dict[Severity, str]] = {"error": "failed", "warning": "warned", "note": "noted"}
EXPECTATION_TEXTS: Final[dict[str, str]] = {
    "items": "the goods of the answer",
    "image": "what the API calls the image",
    "failure": "an error for the caller",
    "any": "the goods or an error",
}
# of a check that fails everywhere
MAX_LISTED_CASES: Final = 12
MAX_PANEL_CHARACTERS: Final = 3_000


class CaseCell(NamedTuple):
    """A cell of the matrix; `id` is that of what it opens."""

    id: str
    case: CaseReport
    mark: str
    css_class: str
    label: str


class SituationRow(NamedTuple):
    """A row of the matrix; a cell is None where the case of that client is not in the report."""

    name: str
    task: str
    cells: list[CaseCell | None]


class CheckView(NamedTuple):
    """A check, and the cells in which it found something."""

    check: DescribedCheck
    css_class: str
    cells: list[tuple[CaseCell, CaseFinding]]
    omitted_count: int


class ExchangeLines(NamedTuple):
    """The two sides of an exchange, line by line."""

    number: int
    request: list[MessageLine]
    response: list[MessageLine]


class CaseDrawer(NamedTuple):
    """What a cell opens to."""

    cell: CaseCell
    case: CaseReport
    wanted: str
    findings: list[tuple[CaseFinding, DescribedCheck]]
    exchanges: list[ExchangeLines]


def render_certification_page(report: CertificationReport) -> str:
    """Return the page as HTML."""
    rows = build_matrix_rows(report)
    groups = _build_groups(rows)
    cells = [cell for _, group in groups for row in group for cell in row.cells if cell is not None]
    return load_template("certification.html.j2").render(
        headline=_build_headline(report),
        headline_class=_find_headline_class(report),
        title=", ".join(client.label for client in report.clients),
        numbers=_build_numbers(report),
        clients=report.clients,
        settings=report.settings,
        tool=report.tool,
        notes=report.notes,
        unjudged=group_unjudged_cases(report),
        marks=MARKS,
        classes=CLASSES,
        severity_classes=SEVERITY_CLASSES,
        groups=groups,
        checks=list(_build_check_views(report, cells)),
        drawers=[_build_drawer(report, cell) for cell in cells],
    )


def _build_headline(report: CertificationReport) -> str:
    failed_count = report.count("failed")
    if report.interrupted:
        return f"Interrupted, {format_count(failed_count, 'case')} failed so far"
    if failed_count:
        return f"{format_count(failed_count, 'case')} failed"
    if report.exit_code:
        return "Not everything could be judged"
    return "No case failed"


def _find_headline_class(report: CertificationReport) -> str:
    if report.count("failed"):
        return CLASSES["failed"]
    if report.exit_code:
        return CLASSES["not judged"]
    return CLASSES["passed"]


def _build_numbers(report: CertificationReport) -> list[tuple[str, int]]:
    numbers: list[tuple[str, int]] = []
    for verdict in VERDICT_ORDER:
        count = report.count(verdict)
        # most runs have none of the others, and a zero would only take room
        if count or verdict in ("failed", "passed"):
            numbers.append((verdict, count))
    if report.missing:
        numbers.append(("not here", len(report.missing)))
    numbers.append(("suite", report.settings.suite))
    numbers.append(("seed", report.settings.seed))
    return numbers


def _build_groups(rows: list[MatrixRow]) -> list[tuple[str, list[SituationRow]]]:
    """Return the rows of each API."""
    groups: dict[str, list[SituationRow]] = {}
    for row_number, row in enumerate(rows, start=1):
        api, _, name = row.case_id.partition("/")
        cells: list[CaseCell | None] = []
        task = ""
        for column, case in enumerate(row.cases, start=1):
            if case is None:
                cells.append(None)
                continue
            task = EXPECTATION_TEXTS.get(case.expectation, case.expectation)
            cells.append(_build_cell(f"case-{row_number}-{column}", case))
        groups.setdefault(api, []).append(SituationRow(name, task, cells))
    return list(groups.items())


def _build_cell(cell_id: str, case: CaseReport) -> CaseCell:
    words = ", ".join(case.check_ids) or case.reason
    label = f"{case.client}, {case.id}: {case.verdict}"
    if words:
        label += f" ({words})"
    return CaseCell(cell_id, case, MARKS[case.verdict], CLASSES[case.verdict], label)


def _build_check_views(report: CertificationReport, cells: list[CaseCell]) -> Iterator[CheckView]:
    """Yield each check that found something, those that failed somebody first."""
    views = []
    for check in report.checks:
        # of one check the first finding of each case: the cell has them all
        pairs = [(cell, _find_first(cell.case, check.id)) for cell in cells if check.id in cell.case.check_ids]
        if pairs:
            rank = min(SEVERITIES.index(finding.severity) for _, finding in pairs)
            omitted_count = max(0, len(pairs) - MAX_LISTED_CASES)
            css_class = SEVERITY_CLASSES[SEVERITIES[rank]]
            views.append((rank, CheckView(check, css_class, pairs[:MAX_LISTED_CASES], omitted_count)))
    for _, view in sorted(views, key=lambda pair: pair[0]):
        yield view


def _find_first(case: CaseReport, check_id: str) -> CaseFinding:
    return next(finding for finding in case.findings if finding.check == check_id)


def _build_drawer(report: CertificationReport, cell: CaseCell) -> CaseDrawer:
    case = cell.case
    return CaseDrawer(
        cell=cell,
        case=case,
        wanted=EXPECTATION_TEXTS.get(case.expectation, case.expectation),
        findings=[(finding, report.get_check(finding.check)) for finding in case.findings],
        exchanges=[
            ExchangeLines(
                exchange.number,
                limit_characters(show_request(_convert_message(exchange.request)), MAX_PANEL_CHARACTERS),
                limit_characters(show_response(_convert_message(exchange.response)), MAX_PANEL_CHARACTERS),
            )
            for exchange in case.exchanges
        ],
    )


def _convert_message(message: CaseMessage) -> MessageText:
    return MessageText(message.head, message.body)
