"""The report for a terminal, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lookalike_contracts.reports import Report, render_text
from lookalike_contracts.reports.location import quote_source
from lookalike_contracts.reports.report import ReportedFinding
from lookalike_contracts.results import CheckResult
from lookalike_specs import load_api
from lookalike_specs.provenance import Source
from lookalike_specs.source_map import SourceLocation

from .conftest import MakeReport

HIOBUY = f"hiobuy/{load_api('hiobuy').operations[0].id}"


def short(told: ReportedFinding, message: str, curl: str, pointer: str = "") -> ReportedFinding:
    """The finding with texts that can be compared."""
    shown = replace(told.evidence, message=message, curl=curl, pointer=pointer)
    return replace(told, evidence=shown, rerun_command="once more", fingerprint=f"id of {told.check}")


@pytest.fixture
def report(make_report: MakeReport) -> Report:
    """One that failed, one that was accepted, one that warns; two that could not be checked for the same reason."""
    first, second, third = make_report().findings
    told = (
        replace(
            short(first, "is\nwrong", "curl -H $LOOKALIKE_A -H $LOOKALIKE_B2", "/a\t1"),
            provenance=Source("documented", "the page"),
            provenance_pointer="/facts",
        ),
        replace(short(second, "is known", "curl $LOOKALIKE_C"), accepted_reason="until\nthen"),
        replace(short(third, "is odd", "curl $LOOKALIKE_A $OTHER"), provenance=Source("inferred", "the names")),
    )
    outcomes = tuple(_outcomes(make_report().results))
    return make_report(findings=told, results=outcomes, notes=("gone",), restart_command="lookalike serve")


def _outcomes(outcomes: tuple[CheckResult, ...]) -> Iterator[CheckResult]:
    for outcome in outcomes:
        late = outcome.api == "hiobuy" and outcome.check.startswith("answer/")
        yield replace(outcome, status="could not check", reason="too\nlate") if late else outcome


def quote(location: SourceLocation) -> str:
    """The lines of the rule as the text has them."""
    return "\n".join(f"         {line}" for line in quote_source(location).splitlines())


def test_every_line(report: Report) -> None:
    first, _, third = (finding.evidence.location for finding in report.findings)
    file = "specs/lookalike_specs/apis/tmapi/openapi.yaml"
    assert (
        render_text(report)
        == f"""\
Lookalike 1.2.3 judged http://127.0.0.1:8765

tmapi
  answer  1 failed, 3 passed
  paging  1 with a warning, 1 accepted

hiobuy
  answer  2 not checked
  paging  2 passed

FAILED  tmapi/searchItemsByImageUrl  answer/schema
  is\\nwrong
  where  /a\\t1
  rule   {file}:{first.line}  {first.pointer}
{quote(first)}
  fact   documented: the page (/facts)
  again  once more
  why    lookalike explain answer/schema
  id     id of answer/schema
  curl   curl -H $LOOKALIKE_A -H $LOOKALIKE_B2

WARNING  tmapi/searchItemsByImageUrl  paging/echo
  is odd
  rule   {file}:{third.line}  {third.pointer}
{quote(third)}
  fact   inferred: the names
  again  once more
  why    lookalike explain paging/echo
  id     id of paging/echo
  curl   curl $LOOKALIKE_A $OTHER

To run the curl lines, export the credentials first: LOOKALIKE_A, LOOKALIKE_B2
For the curl lines, start the mock again: lookalike serve

accepted by the baseline
  tmapi/searchItemsByImageUrl  paging/doubled  id of paging/doubled  until\\nthen

could not be checked
  {HIOBUY}  answer/status, answer/schema
    too\\nlate

baseline
  gone

1 error, 1 warning, 1 accepted, 5 checks passed, 2 not checked, 24 requests in 1.5 s, seed 0
"""
    )


def test_the_curl_lines_of_several_requests_stand_below_each_other(make_report: MakeReport) -> None:
    finding = short(make_report().findings[0], "is wrong", "# 1 of 2\ncurl one\n# 2 of 2\ncurl two")
    expected = "  curl   # 1 of 2\n         curl one\n         # 2 of 2\n         curl two\n"
    assert expected in render_text(make_report(findings=(finding,)))


@pytest.mark.parametrize(
    ("changes", "families", "rest"),
    [
        ({"findings": (), "results": ()}, "not run", "\n0 errors, 0 checks passed, 0 requests in 1.5 s, seed 0\n"),
        (
            {"findings": (), "results": (), "is_interrupted": True, "restart_command": "again"},
            "not run",
            "\ninterrupted, 0 errors, 0 checks passed, 0 requests in 1.5 s, seed 0\n",
        ),
        (
            {
                "findings": (),
                "results": (CheckResult("answer/status", "tmapi", "any", "passed", request_count=1),),
                "request_count": 1,
            },
            "1 passed",
            "\n0 errors, 1 check passed, 1 request in 1.5 s, seed 0\n",
        ),
        (
            {"findings": (), "results": (CheckResult("answer/status", "tmapi", "any", "does not apply"),)},
            "does not apply",
            "\n0 errors, 0 checks passed, 0 requests in 1.5 s, seed 0\n",
        ),
    ],
)
def test_what_there_is_none_of_has_no_line(
    changes: dict[str, object], families: str, rest: str, make_report: MakeReport
) -> None:
    assert (
        render_text(make_report(apis=(load_api("tmapi"),), **{"request_count": 0, **changes}))
        == f"""\
Lookalike 1.2.3 judged http://127.0.0.1:8765

tmapi
  answer  {families}
  paging  not run
{rest}"""
    )


def test_the_mock_can_be_started_again_where_no_credentials_are_needed(make_report: MakeReport) -> None:
    told = short(make_report().findings[0], "is wrong", "curl")
    lines = render_text(make_report(findings=(told,), restart_command="lookalike serve")).splitlines()
    at = lines.index("For the curl lines, start the mock again: lookalike serve")
    assert lines[at - 2 : at] == ["  curl   curl", ""]
    assert "again: lookalike serve" not in render_text(make_report(restart_command="lookalike serve", findings=()))
    assert "start the mock again" not in render_text(make_report())


def test_each_part_has_its_colour(report: Report) -> None:
    painted: list[tuple[str, str]] = []

    def paint(role: str, text: str) -> str:
        painted.append((role, text))
        return text

    render_text(report, paint)
    assert {role for role, text in painted if text.startswith(("FAILED", "1 failed", "1 error,"))} == {"failed"}
    assert {role for role, text in painted if text.startswith(("WARNING", "1 with a"))} == {"warned"}
    assert {role for role, text in painted if "not checked" in text and "seed" not in text} == {"could not check"}
    assert ("accepted", "1 accepted") in painted
    assert ("faint", "where") in painted
    headings = {text for role, text in painted if role == "heading"}
    assert {"tmapi", "hiobuy", "answer/schema", "baseline", "accepted by the baseline"} <= headings
