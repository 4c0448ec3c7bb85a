"""The picture of what was asked for and what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ...coverage import FIELD_STATES, CoverageShare, FieldState, OperationCoverage
from ...responses.fields import ResponseField
from ..report import Report
from ..text import format_count
from .element import make_element

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


def render_coverage(report: Report) -> Element:
    """A bar for each API and kind, then each operation in a fold."""
    head = make_element(
        "tr", make_element("th", "API", scope="col"), (make_element("th", told, scope="col") for _, told in KINDS)
    )
    return make_element(
        "section",
        make_element("h2", "Coverage"),
        make_element("p", "What of the documents this run has met. Below, each operation opens.", class_="faint"),
        make_element(
            "div",
            make_element("table", make_element("thead", head), make_element("tbody", _rows(report)), class_="coverage"),
            class_="wide",
        ),
        (_operation(covered) for covered in report.coverage.operations.values()),
        id="coverage",
    )


def _rows(report: Report) -> Iterator[Element]:
    for api in report.apis:
        totals = report.coverage.sum_shares(api.id)
        cells = (_share(totals.get(kind, CoverageShare(0, 0))) for kind, _ in KINDS)
        yield make_element("tr", make_element("th", api.id, scope="row"), cells)


def _share(share: CoverageShare) -> Element:
    if not share.total:
        return make_element("td", make_element("span", "–", class_="faint", title="the document has none"))
    part = 100 * share.covered // share.total
    bar = make_element("span", make_element("span", "", style=f"width:{part}%"), class_="bar", aria_hidden="true")
    return make_element("td", f"{share.covered}/{share.total}", bar)


def _operation(covered: OperationCoverage) -> Element:
    where = f"{covered.api.id}/{covered.operation.id}"
    asked = make_element("span", f" {format_count(covered.request_count, 'request')}", class_="faint")
    return make_element(
        "details",
        make_element("summary", make_element("b", where), asked),
        _chips("Errors", [(name, covered.answered_errors[name]) for name in covered.documented_errors]),
        _chips(
            "Values of enumerations",
            [(f"{n}={v}", covered.enum_values[n, v]) for n, v in covered.documented_enum_values],
        ),
        make_element("div", _parameters(covered), _fields(covered), class_="beside"),
        class_="operation",
    )


def _parameters(covered: OperationCoverage) -> Element | None:
    if not covered.parameters:
        return None
    head = make_element(
        "tr", (make_element("th", name, scope="col") for name in ("parameter", "good", "bad", "left out"))
    )
    rows = (
        make_element(
            "tr",
            make_element("th", each.name, scope="row"),
            (_count(counts[each.name]) for counts in covered.parameter_counters),
        )
        for each in covered.parameters
    )
    return make_element(
        "div",
        make_element("h4", "Parameters"),
        make_element("table", make_element("thead", head), make_element("tbody", rows), class_="counts"),
    )


def _fields(covered: OperationCoverage) -> Element | None:
    if not covered.documented_fields:
        return None
    head = make_element(
        "tr",
        make_element("th", "field of the answer", scope="col"),
        (make_element("th", sight, scope="col") for sight in FIELD_STATES),
    )
    rows = (
        make_element(
            "tr",
            make_element("th", make_element("code", each.pointer), scope="row"),
            (_sight(covered, each, sight) for sight in FIELD_STATES),
        )
        for each in covered.documented_fields
    )
    return make_element(
        "div",
        make_element("h4", "Fields of good answers"),
        make_element("table", make_element("thead", head), make_element("tbody", rows), class_="counts"),
    )


def _sight(covered: OperationCoverage, field: ResponseField, sight: FieldState) -> Element:
    possible = {"present": True, "null": field.is_nullable, "absent": field.is_optional}[sight]
    number = covered.seen_fields[field.pointer, sight]
    return (
        _count(number)
        if possible or number
        else make_element("td", "", class_="never", title="its schema does not allow it")
    )


def _count(number: int) -> Element:
    return (
        make_element("td", f"{number:,}", class_="met")
        if number
        else make_element("td", "○", class_="unmet", title="not met")
    )


def _chips(title: str, counts: list[tuple[str, int]]) -> Element | None:
    if not counts:
        return None
    chips = (
        make_element(
            "li", make_element("code", name), f" {number:,}" if number else " ○", class_="met" if number else "unmet"
        )
        for name, number in counts
    )
    return make_element("div", make_element("h4", title), make_element("ul", chips, class_="chips"))
