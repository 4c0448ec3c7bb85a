"""The picture of what was asked for and what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ...answers.shape import Shape
from ...coverage import SIGHTS, Covered, Share, Sight
from ..report import Report
from ..text import count
from .element import e

KINDS = (
    ("operations", "operations asked"),
    ("good values", "parameters with a good value"),
    ("bad values", "parameters with a bad value"),
    ("left out", "parameters left out"),
    ("enum values", "values of enumerations"),
    ("errors", "errors answered"),
    ("fields present", "fields seen present"),
    ("fields null", "nullable fields seen null"),
    ("fields absent", "optional fields seen absent"),
)


def coverage(report: Report) -> Element:
    """A bar for each API and kind, then each operation in a fold."""
    head = e("tr", e("th", "API", scope="col"), (e("th", told, scope="col") for _, told in KINDS))
    return e(
        "section",
        e("h2", "Coverage"),
        e("p", "What of the documents this run has met. Below, each operation opens.", class_="faint"),
        e("div", e("table", e("thead", head), e("tbody", _rows(report)), class_="coverage"), class_="wide"),
        (_operation(covered) for covered in report.coverage.operations.values()),
        id="coverage",
    )


def _rows(report: Report) -> Iterator[Element]:
    for api in report.apis:
        totals = report.coverage.totals(api.id)
        cells = (_share(totals.get(kind, Share(0, 0))) for kind, _ in KINDS)
        yield e("tr", e("th", api.id, scope="row"), cells)


def _share(share: Share) -> Element:
    if not share.of:
        return e("td", e("span", "–", class_="faint", title="the document has none"))
    part = 100 * share.met // share.of
    bar = e("span", e("span", "", style=f"width:{part}%"), class_="bar", aria_hidden="true")
    return e("td", f"{share.met}/{share.of}", bar)


def _operation(covered: Covered) -> Element:
    where = f"{covered.api.id}/{covered.operation.id}"
    asked = e("span", f" {count(covered.asked, 'request')}", class_="faint")
    return e(
        "details",
        e("summary", e("b", where), asked),
        _chips("Errors", [(name, covered.errors[name]) for name in covered.documented]),
        _chips("Values of enumerations", [(f"{n}={v}", covered.values[n, v]) for n, v in covered.enumerated]),
        e("div", _parameters(covered), _fields(covered), class_="beside"),
        class_="operation",
    )


def _parameters(covered: Covered) -> Element | None:
    if not covered.parameters:
        return None
    head = e("tr", (e("th", name, scope="col") for name in ("parameter", "good", "bad", "left out")))
    rows = (
        e("tr", e("th", each.name, scope="row"), (_count(counts[each.name]) for counts in covered.sent))
        for each in covered.parameters
    )
    return e("div", e("h4", "Parameters"), e("table", e("thead", head), e("tbody", rows), class_="counts"))


def _fields(covered: Covered) -> Element | None:
    if not covered.shape:
        return None
    head = e("tr", e("th", "field of the answer", scope="col"), (e("th", sight, scope="col") for sight in SIGHTS))
    rows = (
        e("tr", e("th", e("code", each.pointer), scope="row"), (_sight(covered, each, sight) for sight in SIGHTS))
        for each in covered.shape
    )
    return e("div", e("h4", "Fields of good answers"), e("table", e("thead", head), e("tbody", rows), class_="counts"))


def _sight(covered: Covered, field: Shape, sight: Sight) -> Element:
    possible = {"present": True, "null": field.nullable, "absent": field.optional}[sight]
    number = covered.fields[field.pointer, sight]
    return _count(number) if possible or number else e("td", "", class_="never", title="its schema does not allow it")


def _count(number: int) -> Element:
    return e("td", f"{number:,}", class_="met") if number else e("td", "○", class_="unmet", title="not met")


def _chips(title: str, counts: list[tuple[str, int]]) -> Element | None:
    if not counts:
        return None
    chips = (
        e("li", e("code", name), f" {number:,}" if number else " ○", class_="met" if number else "unmet")
        for name, number in counts
    )
    return e("div", e("h4", title), e("ul", chips, class_="chips"))
