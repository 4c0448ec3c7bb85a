"""What a cell of the matrix opens to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from lookalike_specs import Api

from ...registry import Check
from ...results import CheckResult
from ..report import Report, ReportedFinding
from ..util import get_display_path
from .element import Child, make_element
from .matrix import LEGEND, MARKS, count_states, make_cell_id


def render_drawers(report: Report) -> Iterator[Element]:
    """One for each cell."""
    for check in report.checks:
        for api in report.apis:
            if count_states(report, api.id, check.id):
                yield _drawer(report, api, check)


def _drawer(report: Report, api: Api, check: Check) -> Element:
    own = make_cell_id(api.id, check.id)
    told = [t for t in report.findings if (t.api, t.check) == (api.id, check.id)]
    outcomes = [outcome for outcome in report.results if (outcome.api, outcome.check) == (api.id, check.id)]
    return make_element(
        "section",
        make_element("a", "Close", href=f"#to.{own}", class_="close"),
        make_element("h2", f"{api.id} · {check.id}", id=f"h.{own}"),
        make_element("p", check.summary, class_="says"),
        make_element("dl", _rows([("Why", check.rationale), ("Keep it", check.remediation), ("Source", check.source)])),
        (_finding(each) for each in told),
        make_element("h3", "Operations"),
        make_element("ul", (_render_result(report, outcome) for outcome in outcomes), class_="outcomes"),
        id=own,
        class_="drawer found" if told else "drawer",
        tabindex="-1",
        aria_labelledby=f"h.{own}",
    )


def _render_result(report: Report, outcome: CheckResult) -> Element:
    state = report.get_state(outcome)
    mark = make_element("span", MARKS[state], class_=f"mark {state.replace(' ', '-')}", aria_hidden="true")
    more = (
        f": {outcome.reason}"
        if outcome.reason
        else f", {outcome.request_count:,} requests"
        if outcome.request_count
        else ""
    )
    return make_element("li", mark, " ", make_element("b", outcome.operation), f" {LEGEND[state]}{more}")


def _finding(told: ReportedFinding) -> Element:
    place = told.evidence.location
    facts: list[tuple[str, Child]] = [
        ("Where", make_element("code", told.pointer) if told.pointer else "the whole answer"),
        ("Rule", make_element("code", f"{get_display_path(place)}:{place.line} {place.pointer}")),
        ("Again", make_element("code", told.rerun_command, class_="all")),
        ("Id", make_element("code", told.fingerprint)),
        *([("Accepted", told.accepted_reason)] if told.accepted_reason else []),
    ]
    return make_element(
        "article",
        make_element("h3", told.operation),
        make_element("p", told.message, class_="message"),
        make_element("dl", _rows(facts)),
        make_element(
            "div", _text("Request", told.evidence.request), _text("Reply", told.evidence.response), class_="exchange"
        ),
        _fold("curl", told.evidence.curl),
        _fold("Python", told.evidence.python),
        class_=told.state,
    )


def _rows(facts: Iterable[tuple[str, Child]]) -> Iterator[Element]:
    return (make_element(tag, child) for name, value in facts for tag, child in (("dt", name), ("dd", value)))


def _text(name: str, text: str) -> Element:
    return make_element("figure", make_element("figcaption", name), make_element("pre", text, tabindex="0"))


def _fold(name: str, text: str) -> Element:
    return make_element(
        "details", make_element("summary", name), make_element("pre", text, class_="all", tabindex="0"), open=""
    )
