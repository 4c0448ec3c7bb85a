"""API by check: how each came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from lookalike_specs import Api

from ...registry import Check
from ..report import STATES, Report, State
from .element import e

MARKS: dict[State, str] = {
    "failed": "✕",
    "warned": "!",
    "could not check": "?",
    "accepted": "☑",
    "passed": "✓",
    "does not apply": "–",
}
LEGEND: dict[State, str] = {
    "failed": "findings",
    "warned": "warnings",
    "could not check": "could not be checked",
    "accepted": "accepted by the baseline",
    "passed": "passed",
    "does not apply": "does not apply",
}


def cell_id(api: str, check: str) -> str:
    """The name of a cell's drawer."""
    return f"{api}.{check.replace('/', '.')}"


def states(report: Report, api: str, check: str) -> Counter[State]:
    """How a check came out at the operations of an API."""
    outcomes = (outcome for outcome in report.outcomes if (outcome.api, outcome.check) == (api, check))
    return Counter(report.state(outcome) for outcome in outcomes)


def matrix(report: Report) -> Element:
    """The table; each cell leads to its drawer."""
    head = e("tr", e("th", "check", scope="col"), (e("th", api.id, scope="col") for api in report.apis))
    return e(
        "section",
        e("h2", "Matrix"),
        e("p", "Each cell opens. Numbers are operations.", class_="faint"),
        e("ul", map(_legend, STATES), class_="legend"),
        e("div", e("table", e("thead", head), _bodies(report), class_="matrix"), class_="wide"),
        id="matrix",
    )


def _legend(state: State) -> Element:
    return e("li", e("span", MARKS[state], class_=f"mark {_class(state)}", aria_hidden="true"), f" {LEGEND[state]}")


def _bodies(report: Report) -> Iterator[Element]:
    for family, checks in report.families.items():
        title = e("tr", e("th", family, scope="rowgroup", colspan=str(1 + len(report.apis))), class_="family")
        yield e("tbody", title, (_row(report, check) for check in checks))


def _row(report: Report, check: Check) -> Element:
    name = e("th", check.id.partition("/")[2], e("small", check.says), scope="row")
    return e("tr", name, (_cell(report, api, check) for api in report.apis))


def _cell(report: Report, api: Api, check: Check) -> Element:
    found = states(report, api.id, check.id)
    if not found:
        return e("td", e("span", "not run", class_="faint"))
    worst = min(found, key=STATES.index)
    told = ", ".join(f"{LEGEND[state]}: {found[state]}" for state in STATES if found[state])
    own = cell_id(api.id, check.id)
    number = str(found[worst]) if worst != "does not apply" else ""
    name = f"{api.id}, {check.id}: {told}"
    mark = e("a", f"{MARKS[worst]} {number}".strip(), href=f"#{own}", id=f"to.{own}", aria_label=name, title=told)
    return e("td", mark, class_=_class(worst))


def _class(state: State) -> str:
    return state.replace(" ", "-")
