"""API by check: how each came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from lookalike_specs import Api

from ...registry import Check
from ..report import STATES, Report, ResultState
from .element import make_element

MARKS: dict[ResultState, str] = {
    "failed": "✕",
    "warned": "!",
    "could not check": "?",
    "accepted": "☑",
    "passed": "✓",
    "does not apply": "–",
}
LEGEND: dict[ResultState, str] = {
    "failed": "findings",
    "warned": "warnings",
    "could not check": "could not be checked",
    "accepted": "accepted by the baseline",
    "passed": "passed",
    "does not apply": "does not apply",
}


def make_cell_id(api: str, check: str) -> str:
    """The name of a cell's drawer."""
    return f"{api}.{check.replace('/', '.')}"


def count_states(report: Report, api: str, check: str) -> Counter[ResultState]:
    """How a check came out at the operations of an API."""
    outcomes = (outcome for outcome in report.results if (outcome.api, outcome.check) == (api, check))
    return Counter(report.get_state(outcome) for outcome in outcomes)


def render_matrix(report: Report) -> Element:
    """The table; each cell leads to its drawer."""
    head = make_element(
        "tr", make_element("th", "check", scope="col"), (make_element("th", api.id, scope="col") for api in report.apis)
    )
    return make_element(
        "section",
        make_element("h2", "Matrix"),
        make_element("p", "Each cell opens. Numbers are operations.", class_="faint"),
        make_element("ul", map(_legend, STATES), class_="legend"),
        make_element(
            "div", make_element("table", make_element("thead", head), _bodies(report), class_="matrix"), class_="wide"
        ),
        id="matrix",
    )


def _legend(state: ResultState) -> Element:
    return make_element(
        "li",
        make_element("span", MARKS[state], class_=f"mark {_get_css_class(state)}", aria_hidden="true"),
        f" {LEGEND[state]}",
    )


def _bodies(report: Report) -> Iterator[Element]:
    for family, checks in report.checks_by_family.items():
        title = make_element(
            "tr", make_element("th", family, scope="rowgroup", colspan=str(1 + len(report.apis))), class_="family"
        )
        yield make_element("tbody", title, (_row(report, check) for check in checks))


def _row(report: Report, check: Check) -> Element:
    name = make_element("th", check.id.partition("/")[2], make_element("small", check.summary), scope="row")
    return make_element("tr", name, (_cell(report, api, check) for api in report.apis))


def _cell(report: Report, api: Api, check: Check) -> Element:
    found = count_states(report, api.id, check.id)
    if not found:
        return make_element("td", make_element("span", "not run", class_="faint"))
    worst = min(found, key=STATES.index)
    told = ", ".join(f"{LEGEND[state]}: {found[state]}" for state in STATES if found[state])
    own = make_cell_id(api.id, check.id)
    number = str(found[worst]) if worst != "does not apply" else ""
    name = f"{api.id}, {check.id}: {told}"
    mark = make_element(
        "a", f"{MARKS[worst]} {number}".strip(), href=f"#{own}", id=f"to.{own}", aria_label=name, title=told
    )
    return make_element("td", mark, class_=_get_css_class(worst))


def _get_css_class(state: ResultState) -> str:
    return state.replace(" ", "-")
