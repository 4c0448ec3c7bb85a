"""The whole page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Final
from xml.etree.ElementTree import Element

from ..report import Report, ReportedFinding
from ..text import format_count
from ..util import get_display_path
from .coverage import render_coverage
from .drawer import render_drawers
from .element import make_element, serialize_element
from .matrix import make_cell_id, render_matrix

PACKAGE_FILES: Final = files(__package__)
STYLE: Final = (PACKAGE_FILES / "style.css").read_text("utf-8")
SCRIPT: Final = (PACKAGE_FILES / "script.js").read_text("utf-8")
# nothing is loaded, and no other script runs, whatever a server wrote into its answers
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
)


def render_html(report: Report) -> str:
    """The document."""
    return (
        "<!doctype html>\n"
        + serialize_element(make_element("html", _head(report), render_body(report), lang="en"))
        + "\n"
    )


def _head(report: Report) -> Element:
    return make_element(
        "head",
        make_element("meta", charset="utf-8"),
        make_element("meta", http_equiv="Content-Security-Policy", content=CONTENT_SECURITY_POLICY),
        make_element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        make_element("meta", name="color-scheme", content="light dark"),
        make_element("title", f"{_render_headline(report)}: {report.target}"),
        make_element("style", STYLE),
    )


def render_body(report: Report) -> Element:
    """What is shown."""
    return make_element(
        "body",
        make_element("a", "To the matrix", href="#matrix", class_="skip"),
        _header(report),
        make_element(
            "main",
            render_matrix(report),
            _findings(report),
            _render_unchecked(report),
            _notes(report),
            render_coverage(report),
        ),
        render_drawers(report),
        make_element("footer", f"Lookalike {report.version}. This file needs no network, and loads nothing."),
        make_element("script", SCRIPT),
    )


def _render_headline(report: Report) -> str:
    failed = sum(told.state == "failed" for told in report.findings)
    if report.is_interrupted:
        return f"Interrupted, {format_count(failed, 'finding')} so far"
    if failed:
        return format_count(failed, "finding")
    return "Not everything could be checked" if report.exit_code else "No findings"


def _header(report: Report) -> Element:
    told = report.findings
    bad = report.exit_code
    state = "failed" if any(each.state == "failed" for each in told) else "could-not-check" if bad else "passed"
    numbers = (
        (sum(each.state == "failed" for each in told), "findings"),
        (sum(each.state == "warned" for each in told), "warnings"),
        (sum(each.state == "accepted" for each in told), "accepted"),
        (report.count_results("could not check"), "not checked"),
        (report.count_results("passed"), "passed"),
        (report.request_count, "requests"),
        (round(report.seconds, 1), "seconds"),
        (report.seed, "seed"),
    )
    shown = [(number, name) for number, name in numbers if number or name not in ("warnings", "accepted")]
    return make_element(
        "header",
        make_element("p", "lookalike check", class_="brand"),
        make_element("h1", _render_headline(report), class_=state),
        make_element(
            "p",
            "Judged ",
            make_element("strong", report.target),
            " by the specs of ",
            ", ".join(a.id for a in report.apis),
            ".",
        ),
        make_element(
            "dl",
            (
                make_element("div", make_element("dt", name), make_element("dd", f"{number:,}"))
                for number, name in shown
            ),
            class_="numbers",
        ),
        make_element(
            "nav", (make_element("a", name, href=f"#{name.lower().replace(' ', '-')}") for name in _sections(report))
        ),
    )


def _sections(report: Report) -> Iterator[str]:
    yield "Matrix"
    yield from ["Findings"] if report.findings else []
    yield from ["Not checked"] if report.count_results("could not check") else []
    yield "Coverage"


def _findings(report: Report) -> Element | None:
    if not report.findings:
        return None
    return make_element(
        "section",
        make_element("h2", "Findings"),
        make_element("ul", map(_line, report.findings), class_="lines"),
        id="findings",
    )


def _line(told: ReportedFinding) -> Element:
    place = told.evidence.location
    cell = f"#{make_cell_id(told.api, told.check)}"
    return make_element(
        "li",
        make_element("a", make_element("b", told.check), f" {told.api}/{told.operation}", href=cell),
        make_element("p", told.message),
        make_element(
            "p",
            make_element("code", told.pointer) if told.pointer else None,
            f" {get_display_path(place)}:{place.line}",
            class_="faint",
        ),
        class_=told.state.replace(" ", "-"),
    )


def _render_unchecked(report: Report) -> Element | None:
    reasons: dict[tuple[str, str], list[str]] = {}
    for outcome in report.results:
        if report.get_state(outcome) == "could not check":
            reasons.setdefault((f"{outcome.api}/{outcome.operation}", outcome.reason), []).append(outcome.check)
    if not reasons:
        return None
    return make_element(
        "section",
        make_element("h2", "Could not be checked"),
        make_element("ul", _reasons(reasons), class_="lines"),
        id="not-checked",
    )


def _reasons(reasons: dict[tuple[str, str], list[str]]) -> Iterator[Element]:
    for (where, reason), checks in reasons.items():
        names = f"{format_count(len(checks), 'check')}: {', '.join(checks)}"
        yield make_element(
            "li",
            make_element("b", where),
            make_element("p", reason),
            make_element("p", names, class_="faint"),
            class_="could-not-check",
        )


def _notes(report: Report) -> Element | None:
    if not report.notes:
        return None
    return make_element(
        "section",
        make_element("h2", "Baseline"),
        make_element("ul", (make_element("li", note) for note in report.notes), class_="lines"),
    )
