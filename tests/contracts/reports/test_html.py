"""The page of a report, by what a reader sees of it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

import pytest

from lookalike_contracts.coverage import Coverage
from lookalike_contracts.reports import FORMATS, Report
from lookalike_contracts.reports.exchange_text import ExchangeText, MessageText
from lookalike_contracts.reports.html.coverage_view import KINDS
from lookalike_contracts.reports.location import quote_source
from lookalike_contracts.reports.text import format_count, format_provenance
from lookalike_contracts.results import CheckResult
from lookalike_specs import load_api

from .conftest import MakeReport

OPERATION = load_api("hiobuy").operations[0].id
PASSED = (CheckResult("answer/status", "tmapi", "searchItemsByImageUrl", "passed", request_count=2),)
VOID_TAGS = ("meta", "br", "img", "input")


class PageParser(HTMLParser):
    """Read a page into a tree; a tag that does not end where it should is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = TreeBuilder()
        self.open_tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID_TAGS:
            self.builder.end(tag)
        else:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        if self.open_tags:
            self.builder.data(data)


def parse_page(report: Report) -> Element:
    parser = PageParser()
    parser.feed(FORMATS["html"](report))
    parser.close()
    assert parser.open_tags == []
    return parser.builder.close()


def text(element: Element | None) -> str:
    """The text as a browser shows it: outside of `pre`, any white space is one space."""
    assert element is not None
    if element.tag == "pre":
        return "".join(element.itertext())
    return " ".join("".join(element.itertext()).split())


def texts(element: Element, *tags: str) -> list[str]:
    return [text(each) for each in element.iter() if each.tag in tags]


def table(element: Element) -> list[list[str]]:
    return [texts(row, "th", "td") for row in element.iter("tr")]


def facts(element: Element) -> dict[str, str]:
    return dict(zip(texts(element, "dt"), texts(element, "dd"), strict=True))


def find_section(report: Report, element_id: str) -> Element:
    (section,) = (each for each in parse_page(report).iter() if each.get("id") == element_id)
    return section


# what is safe


def test_text_and_attributes_stay_what_they_are(make_report: MakeReport) -> None:
    report = make_report()
    finding = replace(report.findings[0], rerun_command="1 < 2 \x1b & <b>\"'</b>")
    shown = replace(report, target="<\x00", findings=(finding,))
    assert '<dd><code class="all">1 &lt; 2 \\x1b &amp; &lt;b&gt;&#34;&#39;&lt;/b&gt;</code></dd>' in FORMATS["html"](
        shown
    )
    (title,) = parse_page(shown).iter("title")
    assert text(title) == "1 error: <\\x00"


def test_backticks_are_code_and_what_is_between_them_is_no_tag(make_report: MakeReport) -> None:
    report = make_report()
    evidence = replace(report.findings[0].evidence, message="send `a<b>` and `c`, not <i>d</i>\x1b or `e")
    page = FORMATS["html"](replace(report, findings=(replace(report.findings[0], evidence=evidence),)))
    assert "send <code>a&lt;b&gt;</code> and <code>c</code>, not &lt;i&gt;d&lt;/i&gt;\\x1b or `e</p>" in page


# findings


def open_finding(report: Report, **changes: object) -> Element:
    first = report.findings[0]
    return find_section(replace(report, findings=(replace(first, **changes),)), "finding-1")  # type: ignore[arg-type]


@pytest.mark.parametrize(("pointer", "where"), [("/data/0", "/data/0"), ("", "the whole answer")])
def test_a_finding_tells_its_facts(pointer: str, where: str, make_report: MakeReport) -> None:
    report = make_report()
    first = report.findings[0]
    evidence = replace(first.evidence, pointer=pointer, curl="C", python="P", message="is wrong")
    exchanges = (ExchangeText(MessageText("Q", ""), MessageText("R", "")),)
    opened = open_finding(report, evidence=evidence, accepted_reason="known", exchanges=exchanges)
    check = next(each for each in report.checks if each.id == first.check)
    assert (opened.tag, opened.get("class")) == ("details", "finding accepted invented")
    assert text(opened.find("summary")) == f"{first.check} tmapi/{first.operation} {first.provenance.kind} is wrong"
    assert facts(opened) == {
        "Holds": check.summary,
        "Why": check.rationale,
        "Mend it": check.remediation,
        "Where": where,
        "Rule": f"specs/lookalike_specs/apis/tmapi/openapi.yaml:{evidence.location.line} {evidence.location.pointer}",
        "Fact": format_provenance(first),
        "Again": first.rerun_command,
        "Id": first.fingerprint,
        "Accepted": "known",
    }
    assert texts(opened, "figcaption", "summary", "pre")[1:] == [
        "Request", "Q", "Response", "R", "The rule in the spec", quote_source(evidence.location), "curl", "C", "Python", "P",
    ]  # fmt: skip


def test_what_a_baseline_does_not_take_is_not_called_accepted(make_report: MakeReport) -> None:
    assert "Accepted" not in facts(open_finding(make_report()))


def test_exchanges_are_numbered_where_there_are_several(make_report: MakeReport) -> None:
    report = make_report()
    (paired,) = (each for each in report.findings if each.check == "paging/doubled")
    opened = find_section(replace(report, findings=(paired,)), "finding-1")
    assert texts(opened, "figcaption") == ["Request 1 of 2", "Response 1 of 2", "Request 2 of 2", "Response 2 of 2"]


def test_the_place_of_a_finding_is_marked_in_its_last_response(make_report: MakeReport) -> None:
    report = make_report()
    (paired,) = (each for each in report.findings if each.check == "paging/doubled")
    opened = find_section(replace(report, findings=(paired,)), "finding-1")
    *_, last = opened.iter("figure")
    (mark,) = opened.iter("mark")
    assert mark in [*last.iter("mark")]
    assert text(mark).startswith('"item_id": ')
    assert '\n        "item_id": ' in text(last.find("pre"))


def test_a_member_that_is_missing_is_marked_where_it_should_be(make_report: MakeReport) -> None:
    body = '{"data": {"items": [{"id": 1}, {"id": 2}]}}'
    exchanges = (ExchangeText(MessageText("GET /", ""), MessageText("HTTP/1.1 200 OK", body)),)
    evidence = replace(make_report().findings[0].evidence, pointer="/data/items/1/title")
    opened = open_finding(make_report(), evidence=evidence, exchanges=exchanges)
    (mark,) = opened.iter("mark")
    assert text(mark) == "{"
    shown = [*opened.iter("pre")][1]
    assert text(shown) == (
        'HTTP/1.1 200 OK\n\n{\n  "data": {\n    "items": [\n      {\n        "id": 1\n      },\n'
        '      {\n        "id": 2\n      }\n    ]\n  }\n}'
    )


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        ("/query/a b", "a%20b=1"),
        ("/header/X-Acs", "x-acs: v"),
        ("/form/c", "c=2"),
        ("/query/none", ""),
        ("/data", ""),
    ],
)
def test_a_part_of_the_request_is_marked(pointer: str, marked: str, make_report: MakeReport) -> None:
    request = MessageText("POST /p?x=0&a%20b=1 HTTP/1.1\nx-acs: v", "b=1&c=2")
    exchanges = (ExchangeText(request, MessageText("HTTP/1.1 200 OK", "data=1")),)
    evidence = replace(make_report().findings[0].evidence, pointer=pointer)
    assert texts(open_finding(make_report(), evidence=evidence, exchanges=exchanges), "mark") == [marked] * bool(marked)


def test_a_long_body_is_bounded_around_the_mark(make_report: MakeReport) -> None:
    body = '{"items": [' + ", ".join(f'{{"n": {number}}}' for number in range(1000)) + ', "' + "x y " * 500 + '"]}'
    exchanges = (ExchangeText(MessageText("GET /", ""), MessageText("HTTP/1.1 200 OK", body)),)
    evidence = replace(make_report().findings[0].evidence, pointer="/items/700/n")
    opened = open_finding(make_report(), evidence=evidence, exchanges=exchanges)
    assert texts(opened, "mark") == ['"n": 700']
    lines = text([*opened.iter("pre")][1]).splitlines()
    assert len(lines) < 40
    assert [line for line in lines if "more" in line] == ["… 2,083 lines more …", "… 892 lines more …"]
    evidence = replace(evidence, pointer="/items/1000")
    (mark,) = texts(open_finding(make_report(), evidence=evidence, exchanges=exchanges), "mark")
    assert mark.endswith("… (1,602 characters more)")


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, "}]" * 100_000, '{"a": [1, {"b": "cut of', "[]"])
def test_what_is_no_json_is_shown_all_the_same(body: str, make_report: MakeReport) -> None:
    exchanges = (ExchangeText(MessageText("GET /", ""), MessageText("HTTP/1.1 200 OK", body)),)
    shown = text([*open_finding(make_report(), exchanges=exchanges).iter("pre")][1])
    assert "".join(body[:20].split()) in "".join(shown.split())


# the matrix


def find_matrix(report: Report) -> Element:
    return find_section(report, "matrix")


def test_a_cell_shows_every_result_the_worst_first(make_report: MakeReport) -> None:
    report = make_report(("paging/doubled",))
    head, *rows = table(find_matrix(report))
    assert head == ["check", "tmapi", "hiobuy"]
    assert [row for row in rows if len(row) == 1] == [["answer"], ["paging"]]
    says = {check.id: check.id.partition("/")[2] + check.summary for check in report.checks}
    assert [row for row in rows if len(row) > 1] == [
        [says["answer/status"], "✓ 2", "✓ 1"],
        [says["answer/schema"], "✕ 1 ✓ 1", "? 1"],
        [says["paging/doubled"], "☑ 1", "✓ 1"],
        [says["paging/echo"], "! 1", "✓ 1"],
    ]


def test_a_cell_tells_all_of_its_operations(make_report: MakeReport) -> None:
    (cell,) = (each for each in find_matrix(make_report()).iter("a") if each.get("href") == "#tmapi.paging.doubled")
    assert cell.attrib == {
        "href": "#tmapi.paging.doubled",
        "id": "to.tmapi.paging.doubled",
        "aria-label": "tmapi, paging/doubled: errors: 1, does not apply: 1",
        "title": "errors: 1, does not apply: 1",
    }


@pytest.mark.parametrize(
    ("results", "cells"),
    [(("passed",), ["not run", "✓ 1"]), (("does not apply",), ["–", "not run"]), ((), ["not run"] * 2)],
)
def test_a_cell_without_a_result_says_so(results: tuple[str, ...], cells: list[str], make_report: MakeReport) -> None:
    report = make_report()
    outcomes = tuple(each for each in report.results if each.status in results)
    *_, last = table(find_matrix(replace(report, findings=(), results=outcomes)))
    assert last[1:] == cells


# drawers


def drawer(report: Report, element_id: str) -> Element:
    (found,) = (each for each in parse_page(report).iter("section") if each.get("id") == element_id)
    return found


def test_a_drawer_tells_of_the_check_and_of_each_operation(make_report: MakeReport) -> None:
    report = make_report()
    check, shown = report.checks[1], drawer(report, "hiobuy.answer.schema")
    assert (text(shown.find("h2")), text(shown.find("p"))) == ("hiobuy · answer/schema", check.summary)
    assert facts(shown) == {"Why": check.rationale, "Mend it": check.remediation, "Source": check.source}
    (line,) = texts(shown, "li")
    assert line.startswith(f"? {OPERATION} could not be checked: </script>")
    assert shown.get("class") == "drawer"
    assert texts(drawer(report, "tmapi.answer.status"), "li") == [
        "✓ searchItemsByImageUrl passed, 2 requests",
        "✓ convertImageUrl passed, 2 requests",
    ]


def test_a_drawer_leads_to_its_findings(make_report: MakeReport) -> None:
    report = make_report()
    shown = drawer(report, "tmapi.answer.schema")
    line = next(shown.iter("li"))
    (link,) = shown.findall("ul/li/a")
    assert (text(link), link.get("href"), line.get("class")) == (report.findings[0].operation, "#finding-1", "failed")
    assert drawer(report, "tmapi.answer.status").findall("ul/li/a") == []


# coverage


def find_coverage(report: Report) -> Element:
    return find_section(report, "coverage")


def test_coverage_has_a_row_for_each_api(make_report: MakeReport) -> None:
    report = make_report()
    (head, *rows), *_ = (table(each) for each in find_coverage(report).iter("table"))
    assert head == ["API", *(told for _, told in KINDS)]
    for row, api in zip(rows, report.apis, strict=True):
        totals = report.coverage.sum_shares(api.id)
        assert row == [api.id, *(f"{totals[kind].covered}/{totals[kind].total}" for kind, _ in KINDS)]


def test_a_bar_is_as_long_as_the_share(make_report: MakeReport) -> None:
    report = make_report()
    bars = [each.get("style") for each in find_coverage(report).iter("span") if each.get("style")]
    totals = [report.coverage.sum_shares(api.id)[kind] for api in report.apis for kind, _ in KINDS]
    assert bars == [f"width:{int(100 * share.covered / share.total)}%" for share in totals]


def test_what_a_document_has_none_of_is_a_dash(make_report: MakeReport) -> None:
    rows, *_ = (table(each) for each in find_coverage(make_report(coverage=Coverage())).iter("table"))
    assert rows[1:] == [[api, *["–"] * len(KINDS)] for api in ("tmapi", "hiobuy")]


def test_each_operation_opens_to_what_was_met(make_report: MakeReport) -> None:
    report = make_report()
    (covered, *_), (opened, *_) = report.coverage.operations.values(), find_coverage(report).iter("details")
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


def test_what_was_not_met_looks_otherwise(make_report: MakeReport) -> None:
    known, api = Coverage(), load_api("tmapi")
    known.add_operation(api, api.operations[0])
    (covered,) = known.list_operations("tmapi")
    covered.answered_errors["422"] = covered.valid_parameters["page"] = covered.seen_fields["/code", "present"] = 1200
    opened = next(iter(find_coverage(make_report(coverage=known)).iter("details")))
    counts = [*opened.iter("li"), *opened.iter("td")]
    looks = ["never" if not text(each) else "unmet" if "○" in text(each) else "met" for each in counts]
    assert [each.get("class") for each in counts] == looks
    assert [text(each) for each in counts if each.get("class") == "met"] == ["422 1,200", "1,200", "1,200"]


def test_what_a_schema_does_not_allow_is_left_empty_unless_it_was_seen(make_report: MakeReport) -> None:
    report = make_report()
    (covered, *_) = report.coverage.operations.values()
    *_, fields = next(iter(find_coverage(report).iter("details"))).iter("table")
    for row, each in zip(table(fields)[1:], covered.documented_fields, strict=True):
        for shown, sight, may in zip(row[2:], ("null", "absent"), (each.is_nullable, each.is_optional), strict=True):
            seen = covered.seen_fields[each.pointer, sight]  # type: ignore[index]
            assert shown == (str(seen) if seen else "○" if may else "")


# the page


@pytest.mark.parametrize(
    ("changes", "verdict", "state"),
    [
        ({}, "2 errors", "failed"),
        ({"is_interrupted": True}, "Interrupted, 2 errors so far", "failed"),
        ({"accepted": ("answer/schema", "paging/doubled")}, "Not everything could be checked", "could-not-check"),
        ({"findings": ()}, "Not everything could be checked", "could-not-check"),
        ({"findings": (), "results": PASSED}, "No errors", "passed"),
    ],
)
def test_the_page_begins_with_the_verdict(
    changes: dict[str, object], verdict: str, state: str, make_report: MakeReport
) -> None:
    report = make_report(**changes)
    assert f"<title>{verdict}: http://127.0.0.1:8765</title>" in FORMATS["html"](report)
    (title,) = parse_page(report).iter("h1")
    assert (text(title), title.get("class")) == (verdict, state)


def test_the_page_says_the_numbers_and_leads_to_its_parts(make_report: MakeReport) -> None:
    report = make_report(("paging/doubled",), notes=("an old one",))
    (header,) = parse_page(report).iter("header")
    assert facts(header) == {
        "errors": "1", "warnings": "1", "accepted": "1", "not checked": "1", "passed": "6", "requests": "24",
        "seconds": "1.5", "seed": "0",
    }  # fmt: skip
    assert "Judged http://127.0.0.1:8765 by the specs of tmapi, hiobuy." in texts(header, "p")
    (nav,) = header.iter("nav")
    links = {text(each): str(each.get("href")) for each in nav}
    assert list(links.items()) == [
        ("Findings", "#findings"),
        ("Not checked", "#not-checked"),
        ("Matrix", "#matrix"),
        ("Coverage", "#coverage"),
    ]
    ids = {each.get("id") for each in parse_page(report).iter("section")}
    assert {link.removeprefix("#") for link in links.values()} <= ids


def test_the_page_leaves_out_what_there_is_none_of(make_report: MakeReport) -> None:
    report = make_report(findings=(), results=PASSED)
    (header,) = parse_page(report).iter("header")
    assert list(facts(header)) == ["errors", "not checked", "passed", "requests", "seconds", "seed"]
    assert [text(each) for nav in header.iter("nav") for each in nav] == ["Matrix", "Coverage"]
    assert texts(parse_page(report), "h2")[:2] == ["Matrix", "Coverage"]


def test_the_page_has_the_findings_first_and_a_line_for_what_could_not_be_checked(make_report: MakeReport) -> None:
    report = make_report(("paging/doubled",), notes=("an old one",))
    page = parse_page(report)
    (main,) = page.iter("main")
    assert [text(each.find("h2")) for each in main] == [
        "Findings", "Could not be checked", "Baseline", "Matrix", "Coverage",
    ]  # fmt: skip
    findings, unchecked, baseline, *_ = main
    opened = findings.findall("details")
    assert [each.get("class") for each in opened] == [
        "finding failed invented",
        "finding warned invented",
        "finding accepted invented",
    ]
    for details, told in zip(opened, report.findings, strict=True):
        place = told.evidence.location
        assert texts(details, "b") == [told.check]
        assert facts(details)["Rule"].startswith(f"specs/lookalike_specs/{place.file}:{place.line} ")
    assert texts(unchecked, "b") == [f"hiobuy/{OPERATION}"]
    assert texts(unchecked, "p")[1:] == ["1 check: answer/schema"]
    assert texts(baseline, "li") == ["an old one"]
