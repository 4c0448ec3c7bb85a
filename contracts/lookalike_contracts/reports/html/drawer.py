"""What a cell of the matrix opens to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from lookalike_specs import Api

from ...registry import Check
from ...verdict import Outcome
from ..location import file
from ..report import Report, Told
from .element import Child, e
from .matrix import LEGEND, MARKS, cell_id, states


def drawers(report: Report) -> Iterator[Element]:
    """One for each cell."""
    for check in report.checks:
        for api in report.apis:
            if states(report, api.id, check.id):
                yield _drawer(report, api, check)


def _drawer(report: Report, api: Api, check: Check) -> Element:
    own, told = cell_id(api.id, check.id), [t for t in report.told if (t.api, t.check) == (api.id, check.id)]
    outcomes = [outcome for outcome in report.outcomes if (outcome.api, outcome.check) == (api.id, check.id)]
    return e(
        "section",
        e("a", "Close", href=f"#to.{own}", class_="close"),
        e("h2", f"{api.id} · {check.id}", id=f"h.{own}"),
        e("p", check.says, class_="says"),
        e("dl", _rows([("Why", check.why), ("Keep it", check.how), ("Source", check.source)])),
        (_finding(each) for each in told),
        e("h3", "Operations"),
        e("ul", (_outcome(report, outcome) for outcome in outcomes), class_="outcomes"),
        id=own,
        class_="drawer found" if told else "drawer",
        tabindex="-1",
        aria_labelledby=f"h.{own}",
    )


def _outcome(report: Report, outcome: Outcome) -> Element:
    state = report.state(outcome)
    mark = e("span", MARKS[state], class_=f"mark {state.replace(' ', '-')}", aria_hidden="true")
    more = f": {outcome.reason}" if outcome.reason else f", {outcome.cases:,} requests" if outcome.cases else ""
    return e("li", mark, " ", e("b", outcome.operation), f" {LEGEND[state]}{more}")


def _finding(told: Told) -> Element:
    place = told.shown.place
    facts: list[tuple[str, Child]] = [
        ("Where", e("code", told.pointer) if told.pointer else "the whole answer"),
        ("Rule", e("code", f"{file(place)}:{place.line} {place.pointer}")),
        ("Again", e("code", told.again, class_="all")),
        ("Id", e("code", told.fingerprint)),
        *([("Accepted", told.accepted)] if told.accepted else []),
    ]
    return e(
        "article",
        e("h3", told.operation),
        e("p", told.message, class_="message"),
        e("dl", _rows(facts)),
        e("div", _text("Request", told.shown.request), _text("Reply", told.shown.reply), class_="exchange"),
        _fold("curl", told.shown.curl),
        _fold("Python", told.shown.python),
        class_=told.state,
    )


def _rows(facts: Iterable[tuple[str, Child]]) -> Iterator[Element]:
    return (e(tag, child) for name, value in facts for tag, child in (("dt", name), ("dd", value)))


def _text(name: str, text: str) -> Element:
    return e("figure", e("figcaption", name), e("pre", text, tabindex="0"))


def _fold(name: str, text: str) -> Element:
    return e("details", e("summary", name), e("pre", text, class_="all", tabindex="0"), open="")
