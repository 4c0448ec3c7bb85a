"""The page of a report, by what a reader sees of it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest

from lookalike_contracts.coverage import Coverage
from lookalike_contracts.reports import Report
from lookalike_contracts.reports.html.coverage import KINDS, render_coverage
from lookalike_contracts.reports.html.drawer import render_drawers
from lookalike_contracts.reports.html.element import make_element, serialize_element
from lookalike_contracts.reports.html.matrix import render_matrix
from lookalike_contracts.reports.html.page import render_body, render_html
from lookalike_contracts.reports.text import format_count
from lookalike_contracts.results import CheckResult
from lookalike_specs import load_api

from .conftest import MakeReport

OPERATION = load_api("hiobuy").operations[0].id
PASSED = (CheckResult("answer/status", "tmapi", "searchItemsByImageUrl", "passed", request_count=2),)


def text(element: Element | None) -> str:
    assert element is not None
    return "".join(element.itertext())


def texts(element: Element, *tags: str) -> list[str]:
    return [text(each) for each in element.iter() if each.tag in tags]


def table(element: Element) -> list[list[str]]:
    return [texts(row, "th", "td") for row in element.iter("tr")]


def facts(element: Element) -> dict[str, str]:
    return dict(zip(texts(element, "dt"), texts(element, "dd"), strict=True))


# elements


def test_text_and_attributes_of_an_element_stay_what_they_are() -> None:
    made = make_element(
        "a",
        "1 < ",
        "2",
        make_element("b", "\x1b"),
        " & ",
        "so",
        None,
        ["x", make_element("i")],
        class_="c",
        aria_label='"',
        x="<\x00",
    )
    assert serialize_element(made) == (
        '<a class="c" aria-label="&quot;" x="<\\x00">1 &lt; 2<b>\\x1b</b> &amp; sox<i></i></a>'
    )  # fmt: skip


# the matrix


def test_a_cell_shows_the_worst_and_how_many(made: MakeReport) -> None:
    report = made(("paging/doubled",))
    head, *rows = table(render_matrix(report))
    assert head == ["check", "tmapi", "hiobuy"]
    assert [row for row in rows if len(row) == 1] == [["answer"], ["paging"]]
    says = {check.id: check.id.partition("/")[2] + check.summary for check in report.checks}
    assert [row for row in rows if len(row) > 1] == [
        [says["answer/status"], "✓ 2", "✓ 1"],
        [says["answer/schema"], "✕ 1", "? 1"],
        [says["paging/doubled"], "☑ 1", "✓ 1"],
        [says["paging/echo"], "! 1", "✓ 1"],
    ]


def test_a_cell_tells_all_of_its_operations(made: MakeReport) -> None:
    (cell,) = (each for each in render_matrix(made()).iter("a") if each.get("href") == "#tmapi.paging.doubled")
    assert cell.attrib == {
        "href": "#tmapi.paging.doubled",
        "id": "to.tmapi.paging.doubled",
        "aria-label": "tmapi, paging/doubled: findings: 1, does not apply: 1",
        "title": "findings: 1, does not apply: 1",
    }


@pytest.mark.parametrize(
    ("results", "cells"),
    [(("passed",), ["not run", "✓ 1"]), (("does not apply",), ["–", "not run"]), ((), ["not run"] * 2)],
)
def test_a_cell_without_a_result_says_so(results: tuple[str, ...], cells: list[str], made: MakeReport) -> None:
    report = made()
    outcomes = tuple(each for each in report.results if each.status in results)
    *_, last = table(render_matrix(replace(report, findings=(), results=outcomes)))
    assert last[1:] == cells


# drawers


def drawer(report: Report, id: str) -> Element:
    (found,) = (each for each in render_drawers(report) if each.get("id") == id)
    return found


def test_a_drawer_tells_of_the_check_and_of_each_operation(made: MakeReport) -> None:
    report = made()
    check, shown = report.checks[1], drawer(report, "hiobuy.answer.schema")
    assert (text(shown.find("h2")), text(shown.find("p"))) == ("hiobuy · answer/schema", check.summary)
    assert facts(shown) == {"Why": check.rationale, "Keep it": check.remediation, "Source": check.source}
    (line,) = texts(shown, "li")
    assert line.startswith(f"? {OPERATION} could not be checked: </script>")
    assert shown.get("class") == "drawer"
    assert texts(drawer(report, "tmapi.answer.status"), "li") == [
        "✓ searchItemsByImageUrl passed, 2 requests",
        "✓ convertImageUrl passed, 2 requests",
    ]


@pytest.mark.parametrize(("pointer", "where"), [("/data/0", "/data/0"), ("", "the whole answer")])
def test_a_drawer_has_the_facts_of_a_finding(pointer: str, where: str, made: MakeReport) -> None:
    report = made()
    first = report.findings[0]
    shown = replace(
        first.evidence, pointer=pointer, curl="C", python="P", request="Q", response="R", message="is wrong"
    )
    told = replace(first, evidence=shown, accepted_reason="known")
    opened = drawer(replace(report, findings=(told,)), "tmapi.answer.schema")
    assert opened.get("class") == "drawer found"
    (article,) = opened.iter("article")
    assert article.get("class") == "accepted"
    assert (text(article.find("h3")), text(article.find("p"))) == (told.operation, "is wrong")
    assert facts(article) == {
        "Where": where,
        "Rule": f"specs/lookalike_specs/apis/tmapi/openapi.yaml:{shown.location.line} {shown.location.pointer}",
        "Again": told.rerun_command,
        "Id": told.fingerprint,
        "Accepted": "known",
    }
    assert texts(article, "figcaption", "summary", "pre") == ["Request", "Q", "Reply", "R", "curl", "C", "Python", "P"]


def test_what_a_baseline_does_not_take_is_not_called_accepted(made: MakeReport) -> None:
    (article,) = drawer(made(), "tmapi.answer.schema").iter("article")
    assert "Accepted" not in facts(article)


# coverage


def test_coverage_has_a_row_for_each_api(made: MakeReport) -> None:
    report = made()
    (head, *rows), *_ = (table(each) for each in render_coverage(report).iter("table"))
    assert head == ["API", *(told for _, told in KINDS)]
    for row, api in zip(rows, report.apis, strict=True):
        totals = report.coverage.sum_shares(api.id)
        assert row == [api.id, *(f"{totals[kind].covered}/{totals[kind].total}" for kind, _ in KINDS)]


def test_a_bar_is_as_long_as_the_share(made: MakeReport) -> None:
    report = made()
    bars = [each.get("style") for each in render_coverage(report).iter("span") if each.get("style")]
    totals = [report.coverage.sum_shares(api.id)[kind] for api in report.apis for kind, _ in KINDS]
    assert bars == [f"width:{int(100 * share.covered / share.total)}%" for share in totals]


def test_what_a_document_has_none_of_is_a_dash(made: MakeReport) -> None:
    rows, *_ = (table(each) for each in render_coverage(made(coverage=Coverage())).iter("table"))
    assert rows[1:] == [[api, *["–"] * len(KINDS)] for api in ("tmapi", "hiobuy")]


def test_each_operation_opens_to_what_was_met(made: MakeReport) -> None:
    report = made()
    (covered, *_), (opened, *_) = report.coverage.operations.values(), render_coverage(report).iter("details")
    assert (
        text(opened.find("summary")) == f"tmapi/searchItemsByImageUrl {format_count(covered.request_count, 'request')}"
    )
    errors, values = (texts(each, "li") for each in opened.iter("ul"))
    assert errors == [f"{name} {covered.answered_errors[name] or '○'}" for name in covered.documented_errors]
    assert values == [f"{n}={v} {covered.enum_values[n, v] or '○'}" for n, v in covered.documented_enum_values]
    parameters, fields = (table(each) for each in opened.iter("table"))
    assert parameters == [
        ["parameter", "good", "bad", "left out"],
        *([p.name, *(str(counts[p.name] or "○") for counts in covered.parameter_counters)] for p in covered.parameters),
    ]
    assert [row[:2] for row in fields[1:]] == [
        [each.pointer, str(covered.seen_fields[each.pointer, "present"] or "○")] for each in covered.documented_fields
    ]


def test_what_was_not_met_looks_otherwise(made: MakeReport) -> None:
    known, api = Coverage(), load_api("tmapi")
    known.add_operation(api, api.operations[0])
    (covered,) = known.list_operations("tmapi")
    covered.answered_errors["422"] = covered.valid_parameters["page"] = covered.seen_fields["/code", "present"] = 1200
    opened = next(iter(render_coverage(made(coverage=known)).iter("details")))
    counts = [*opened.iter("li"), *opened.iter("td")]
    looks = ["never" if not text(each) else "unmet" if "○" in text(each) else "met" for each in counts]
    assert [each.get("class") for each in counts] == looks
    assert [text(each) for each in counts if each.get("class") == "met"] == ["422 1,200", "1,200", "1,200"]


def test_what_a_schema_does_not_allow_is_left_empty_unless_it_was_seen(made: MakeReport) -> None:
    report = made()
    (covered, *_) = report.coverage.operations.values()
    *_, fields = next(iter(render_coverage(report).iter("details"))).iter("table")
    for row, each in zip(table(fields)[1:], covered.documented_fields, strict=True):
        for shown, sight, may in zip(row[2:], ("null", "absent"), (each.is_nullable, each.is_optional), strict=True):
            seen = covered.seen_fields[each.pointer, sight]  # type: ignore[index]
            assert shown == (str(seen) if seen else "○" if may else "")


# the page


@pytest.mark.parametrize(
    ("changes", "verdict", "state"),
    [
        ({}, "2 findings", "failed"),
        ({"is_interrupted": True}, "Interrupted, 2 findings so far", "failed"),
        ({"accepted": ("answer/schema", "paging/doubled")}, "Not everything could be checked", "could-not-check"),
        ({"findings": ()}, "Not everything could be checked", "could-not-check"),
        ({"findings": (), "results": PASSED}, "No findings", "passed"),
    ],
)
def test_the_page_begins_with_the_verdict(
    changes: dict[str, object], verdict: str, state: str, made: MakeReport
) -> None:
    report = made(**changes)
    assert f"<title>{verdict}: http://127.0.0.1:8765</title>" in render_html(report)
    (title,) = render_body(report).iter("h1")
    assert (text(title), title.get("class")) == (verdict, state)


def test_the_page_says_the_numbers_and_leads_to_its_parts(made: MakeReport) -> None:
    report = made(("paging/doubled",), notes=("an old one",))
    (header,) = render_body(report).iter("header")
    assert facts(header) == {
        "findings": "1", "warnings": "1", "accepted": "1", "not checked": "1", "passed": "6", "requests": "24",
        "seconds": "1.5", "seed": "0",
    }  # fmt: skip
    assert "Judged http://127.0.0.1:8765 by the specs of tmapi, hiobuy." in texts(header, "p")
    (nav,) = header.iter("nav")
    links = {text(each): str(each.get("href")) for each in nav}
    assert links == {
        "Matrix": "#matrix",
        "Findings": "#findings",
        "Not checked": "#not-checked",
        "Coverage": "#coverage",
    }
    ids = {each.get("id") for each in render_body(report).iter("section")}
    assert {link.removeprefix("#") for link in links.values()} <= ids


def test_the_page_leaves_out_what_there_is_none_of(made: MakeReport) -> None:
    report = made(findings=(), results=PASSED)
    (header,) = render_body(report).iter("header")
    assert list(facts(header)) == ["findings", "not checked", "passed", "requests", "seconds", "seed"]
    assert [text(each) for nav in header.iter("nav") for each in nav] == ["Matrix", "Coverage"]
    assert texts(render_body(report), "h2")[:2] == ["Matrix", "Coverage"]


def test_the_page_has_a_line_for_each_finding_and_for_what_could_not_be_checked(made: MakeReport) -> None:
    report = made(("paging/doubled",), notes=("an old one",))
    findings, unchecked, baseline = (section(report, name) for name in ("Findings", "Could not be checked", "Baseline"))
    assert [each.get("class") for each in findings.iter("li")] == ["failed", "accepted", "warned"]
    for line, told in zip(findings.iter("li"), report.findings, strict=True):
        (link,), place = line.iter("a"), told.evidence.location
        assert (text(link), link.get("href")) == (
            f"{told.check} {told.api}/{told.operation}",
            f"#{told.api}.{told.check.replace('/', '.')}",
        )
        assert texts(line, "p")[1] == f"{told.pointer} specs/lookalike_specs/{place.file}:{place.line}"
    assert texts(unchecked, "b") == [f"hiobuy/{OPERATION}"]
    assert texts(unchecked, "p")[1:] == ["1 check: answer/schema"]
    assert texts(baseline, "li") == ["an old one"]


def section(report: Report, title: str) -> Element:
    (found,) = (each for each in render_body(report).iter("section") if texts(each, "h2") == [title])
    return found
