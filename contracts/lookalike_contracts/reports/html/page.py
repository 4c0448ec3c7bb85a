"""The whole page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Final
from xml.etree.ElementTree import Element

from ..location import file
from ..report import Report, Told
from ..text import count
from .coverage import coverage
from .drawer import drawers
from .element import e, written
from .matrix import cell_id, matrix

HERE: Final = files(__package__)
STYLE: Final = (HERE / "style.css").read_text("utf-8")
SCRIPT: Final = (HERE / "script.js").read_text("utf-8")
# nothing is loaded, and no other script runs, whatever a server wrote into its answers
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
)


def as_html(report: Report) -> str:
    """The document."""
    return "<!doctype html>\n" + written(e("html", _head(report), body(report), lang="en")) + "\n"


def _head(report: Report) -> Element:
    return e(
        "head",
        e("meta", charset="utf-8"),
        e("meta", http_equiv="Content-Security-Policy", content=POLICY),
        e("meta", name="viewport", content="width=device-width, initial-scale=1"),
        e("meta", name="color-scheme", content="light dark"),
        e("title", f"{_verdict(report)}: {report.target}"),
        e("style", STYLE),
    )


def body(report: Report) -> Element:
    """What is shown."""
    return e(
        "body",
        e("a", "To the matrix", href="#matrix", class_="skip"),
        _header(report),
        e("main", matrix(report), _findings(report), _not_checked(report), _notes(report), coverage(report)),
        drawers(report),
        e("footer", f"Lookalike {report.version}. This file needs no network, and loads nothing."),
        e("script", SCRIPT),
    )


def _verdict(report: Report) -> str:
    failed = sum(told.state == "failed" for told in report.told)
    if report.interrupted:
        return f"Interrupted, {count(failed, 'finding')} so far"
    if failed:
        return count(failed, "finding")
    return "Not everything could be checked" if report.exit_code else "No findings"


def _header(report: Report) -> Element:
    told, bad = report.told, report.exit_code
    state = "failed" if any(each.state == "failed" for each in told) else "could-not-check" if bad else "passed"
    numbers = (
        (sum(each.state == "failed" for each in told), "findings"),
        (sum(each.state == "warned" for each in told), "warnings"),
        (sum(each.state == "accepted" for each in told), "accepted"),
        (report.number("could not check"), "not checked"),
        (report.number("passed"), "passed"),
        (report.cases, "requests"),
        (round(report.seconds, 1), "seconds"),
        (report.seed, "seed"),
    )
    shown = [(number, name) for number, name in numbers if number or name not in ("warnings", "accepted")]
    return e(
        "header",
        e("p", "lookalike check", class_="brand"),
        e("h1", _verdict(report), class_=state),
        e("p", "Judged ", e("strong", report.target), " by the specs of ", ", ".join(a.id for a in report.apis), "."),
        e("dl", (e("div", e("dt", name), e("dd", f"{number:,}")) for number, name in shown), class_="numbers"),
        e("nav", (e("a", name, href=f"#{name.lower().replace(' ', '-')}") for name in _sections(report))),
    )


def _sections(report: Report) -> Iterator[str]:
    yield "Matrix"
    yield from ["Findings"] if report.told else []
    yield from ["Not checked"] if report.number("could not check") else []
    yield "Coverage"


def _findings(report: Report) -> Element | None:
    if not report.told:
        return None
    return e("section", e("h2", "Findings"), e("ul", map(_line, report.told), class_="lines"), id="findings")


def _line(told: Told) -> Element:
    place, cell = told.shown.place, f"#{cell_id(told.api, told.check)}"
    return e(
        "li",
        e("a", e("b", told.check), f" {told.api}/{told.operation}", href=cell),
        e("p", told.message),
        e("p", e("code", told.pointer) if told.pointer else None, f" {file(place)}:{place.line}", class_="faint"),
        class_=told.state.replace(" ", "-"),
    )


def _not_checked(report: Report) -> Element | None:
    reasons: dict[tuple[str, str], list[str]] = {}
    for outcome in report.outcomes:
        if report.state(outcome) == "could not check":
            reasons.setdefault((f"{outcome.api}/{outcome.operation}", outcome.reason), []).append(outcome.check)
    if not reasons:
        return None
    return e("section", e("h2", "Could not be checked"), e("ul", _reasons(reasons), class_="lines"), id="not-checked")


def _reasons(reasons: dict[tuple[str, str], list[str]]) -> Iterator[Element]:
    for (where, reason), checks in reasons.items():
        names = f"{count(len(checks), 'check')}: {', '.join(checks)}"
        yield e("li", e("b", where), e("p", reason), e("p", names, class_="faint"), class_="could-not-check")


def _notes(report: Report) -> Element | None:
    if not report.notes:
        return None
    return e("section", e("h2", "Baseline"), e("ul", (e("li", note) for note in report.notes), class_="lines"))
