"""The whole page: what report.html.j2 shows, and how it is made safe."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from lookalike_specs import Api

from ...coverage import FIELD_STATES
from ...registry import Check
from ...results import CheckResult
from ..escape import clean_text
from ..location import get_display_path
from ..report import STATES, Report, ReportedFinding, ResultState
from ..text import format_count
from .coverage_view import KINDS, build_coverage_rows, build_operation_views
from .message_view import MessageLine, show_request, show_response

PACKAGE_FILES: Final = files(__package__)
STYLE: Final = (PACKAGE_FILES / "style.css").read_text("utf-8")
SCRIPT: Final = (PACKAGE_FILES / "script.js").read_text("utf-8")
# nothing is loaded, and no other script runs, whatever a server wrote into its answers
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
)
CODE_SPAN: Final = re.compile("`([^`]+)`")
MAX_OPEN_FINDINGS: Final = 3

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
    "failed": "findings",
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
    exchanges: tuple[ExchangePanel, ...]


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
    return _load_environment().get_template("report.html.j2").render(
        report=report,
        style=Markup(STYLE),  # noqa: S704 - our own file
        script=Markup(SCRIPT),  # noqa: S704 - our own file, and byte by byte what the policy allows
        policy=Markup(CONTENT_SECURITY_POLICY),  # noqa: S704 - our own, and without a double quote
        headline=_build_headline(report),
        verdict=_find_verdict(report),
        numbers=_build_numbers(report),
        sections=list(_list_sections(report)),
        findings=findings,
        unchecked=_group_unchecked(report),
        states=STATES,
        matrix=list(_build_matrix(report)),
        drawers=list(_build_drawers(report, findings)),
        kinds=[title for _, title in KINDS],
        coverage_rows=list(build_coverage_rows(report)),
        field_states=FIELD_STATES,
        operations=list(build_operation_views(report)),
    )  # fmt: skip


@cache
def _load_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lookalike_contracts", "reports/html"),
        autoescape=True,
        finalize=_clean_value,
        # a name that the template misspells is an error, and not an empty place on the page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(code_spans=_render_code_spans, css=_get_css_class, thousands="{:,}".format)
    environment.globals.update(marks=MARKS, legend=LEGEND, format_count=format_count)
    return environment


def _clean_value(value: Any) -> Any:
    """Clean each value that the template prints. What is Markup is ours, and clean."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean_text(value)
    return value


def _render_code_spans(text: str) -> Markup:
    """Return the text with `code` as an element. Everything is escaped, inside of it and outside."""
    # with one group in the pattern, what stands at an odd place is what stood between backticks
    parts = CODE_SPAN.split(clean_text(text))
    pieces = [Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)]
    return Markup("").join(pieces)


def _get_css_class(state: ResultState) -> str:
    return state.replace(" ", "-")


def _count_findings(report: Report, state: ResultState) -> int:
    return sum(finding.state == state for finding in report.findings)


def _build_headline(report: Report) -> str:
    failed = format_count(_count_findings(report, "failed"), "finding")
    if report.is_interrupted:
        return f"Interrupted, {failed} so far"
    if _count_findings(report, "failed"):
        return failed
    if report.exit_code:
        return "Not everything could be checked"
    return "No findings"


def _find_verdict(report: Report) -> ResultState:
    if _count_findings(report, "failed"):
        return "failed"
    if report.exit_code:
        return "could not check"
    return "passed"


def _build_numbers(report: Report) -> list[tuple[str, float]]:
    numbers: list[tuple[str, float]] = [("findings", _count_findings(report, "failed"))]
    # most runs have neither, and a zero would only take room
    numbers += [
        (name, count)
        for name, count in (
            ("warnings", _count_findings(report, "warned")),
            ("accepted", _count_findings(report, "accepted")),
        )
        if count
    ]
    return [
        *numbers,
        ("not checked", report.count_results("could not check")),
        ("passed", report.count_results("passed")),
        ("requests", report.request_count),
        ("seconds", round(report.seconds, 1)),
        ("seed", report.seed),
    ]


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
        yield FindingView(
            id=f"finding-{number}",
            is_open=number <= MAX_OPEN_FINDINGS,
            finding=finding,
            check=checks[finding.check],
            rule=f"{get_display_path(location)}:{location.line} {location.pointer}",
            exchanges=tuple(_build_exchange_panels(finding)),
        )


def _build_exchange_panels(finding: ReportedFinding) -> Iterator[ExchangePanel]:
    count = len(finding.exchanges)
    for number, exchange in enumerate(finding.exchanges, 1):
        # a pointer leads into the last exchange; those before it show what it is compared with
        pointer = finding.pointer if number == count else ""
        yield ExchangePanel(
            number=f"{number} of {count}" if count > 1 else "",
            request=show_request(exchange.request, pointer),
            response=show_response(exchange.response, pointer),
        )


def _group_unchecked(report: Report) -> dict[tuple[str, str], list[str]]:
    """Return the checks that could not be made, by operation and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for result in report.results:
        if report.get_state(result) == "could not check":
            groups.setdefault((f"{result.api}/{result.operation}", result.reason), []).append(result.check)
    return groups


def _build_matrix(report: Report) -> Iterator[tuple[str, list[tuple[Check, list[CellView | None]]]]]:
    """Yield each family with its checks, and each check with a cell for every API; None where it did not run."""
    for family, checks in report.checks_by_family.items():
        yield family, [(check, [_build_cell(report, api, check) for api in report.apis]) for check in checks]


def _build_cell(report: Report, api: Api, check: Check) -> CellView | None:
    counts = Counter(report.get_state(result) for result in _select_results(report, api, check))
    if not counts:
        return None
    worst = min(counts, key=STATES.index)
    text = MARKS[worst]
    if worst != "does not apply":
        text += f" {counts[worst]}"
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
