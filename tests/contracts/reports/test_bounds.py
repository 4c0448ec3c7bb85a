"""Reports stay as large as the places that they go to: comments, annotations, code scanning, a terminal."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from lookalike_contracts.baseline import Baseline
from lookalike_contracts.context import CheckContext
from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.reports import FORMATS, CompletedRun, Report, assemble_report
from lookalike_contracts.reports.bounds import MAX_FINDING_BYTES
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_contracts.session import Session
from lookalike_mocks import Mock
from lookalike_specs import load_api, resolve_variants
from lookalike_specs.messages import Request, Response
from lookalike_specs.provenance import Source

from .conftest import MakeReport

UPLOAD_BYTES = 3_000_000
LONG_PAGE = json.dumps({"items": [{"title": f"goods number {number}", "price": number} for number in range(50_000)]})


class Direct:
    """The mock behind a URL, without the way there."""

    url = "http://127.0.0.1:8765"

    def __init__(self) -> None:
        self.mock = Mock("daji-1688")

    def send(self, request: Request) -> Response:
        return self.mock.respond(request)


@pytest.fixture(scope="module")
def upload() -> Exchange:
    """An upload of 3 MB, answered with a page of 2 MB."""
    api = load_api("daji-1688")
    operation = next(operation for operation in api.operations if operation.id == "uploadImage")
    context = CheckContext(api, operation, Session(Direct()), api.account, resolve_variants(api, {}))
    values = context.build_values() | {"image_base64": "A" * UPLOAD_BYTES}
    return Exchange(context.build_signed_request(values), Response(status=200, body=LONG_PAGE.encode()))


@pytest.fixture(scope="module")
def large_report(hostile_run: CompletedRun, upload: Exchange) -> Report:
    """One finding, whose every part is as long as it can be."""
    api = load_api("daji-1688")
    check = hostile_run.checks[0]
    finding = Finding(
        check.id, "error", api.id, "uploadImage", "wrong, " * 2000, "/items" * 500, "/paths", (upload,) * 5, 0,
        "http://127.0.0.1:8765", Source("documented", "the page " * 500), "/paths",
    )  # fmt: skip
    result = CheckResult(check.id, api.id, "uploadImage", "failed", (finding,))
    run = replace(
        hostile_run, apis=(api,), accounts={api.id: api.account}, result=RunResult("here", 0, (result,), 1.5, 5)
    )
    return assemble_report(run, lambda _: "lookalike check", Baseline())


def multiply(report: Report, count: int) -> Report:
    """The same finding so many times, as if each were another rule's."""
    (finding,) = report.findings
    findings = []
    for number in range(count):
        location = replace(finding.evidence.location, pointer=f"/rule/{number}")
        evidence = replace(finding.evidence, location=location, pointer=f"/place{number}")
        findings.append(replace(finding, evidence=evidence, fingerprint=f"{number:016x}"))
    return replace(report, findings=tuple(findings))


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "html"])
def test_a_finding_has_8_kb_at_most_whatever_was_sent(form: str, large_report: Report) -> None:
    empty = FORMATS[form](replace(large_report, findings=()))
    full = FORMATS[form](large_report)
    # line ends and quotes are two characters in JSON, and three in an annotation
    assert len(full.encode()) - len(empty.encode()) <= 1.15 * MAX_FINDING_BYTES
    assert "A" * 200 not in full


def test_the_page_shows_a_large_finding_in_a_few_screens(large_report: Report) -> None:
    empty = FORMATS["html"](replace(large_report, findings=()))
    full = FORMATS["html"](large_report)
    assert len(full.encode()) - len(empty.encode()) <= 3 * MAX_FINDING_BYTES
    assert "2 exchanges between the first and these not shown." in full


def test_what_was_cut_is_said_with_its_length_and_digest(large_report: Report, upload: Exchange) -> None:
    (finding,) = large_report.findings
    assert f"{len(upload.request.body):,} bytes in all, SHA-256 " in finding.evidence.request
    assert "characters more)" in finding.message
    assert "characters more)" in finding.evidence.response


def test_a_comment_has_room_for_the_markdown(large_report: Report) -> None:
    text = FORMATS["markdown"](multiply(large_report, 200))
    assert len(text) <= 60_000
    (count,) = re.findall(r"(\d+) more are not shown here", text)
    assert text.count("<details>") + int(count) == 200


def test_a_step_shows_ten_annotations_of_a_kind_and_is_told_of_the_others(large_report: Report) -> None:
    report = multiply(large_report, 200)
    lines = FORMATS["github"](report).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert errors[-1] == (
        "::error title=lookalike check::191 more are not shown here, as a step has ten; the other formats have them"
    )
    assert max(map(len, lines)) < 6000


def test_code_scanning_takes_the_sarif(large_report: Report) -> None:
    report = multiply(large_report, 2500)
    text = FORMATS["sarif"](report)
    assert len(text.encode()) < 10_000_000
    (run,) = json.loads(text)["runs"]
    notices = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    omitted = len(report.findings) - len(run["results"])
    assert omitted == 0 or f"{omitted} findings are left out" in notices[-1]
    assert "curl" in run["results"][0]["properties"]
    assert "curl" not in run["results"][-1]["properties"]


def test_findings_of_one_cause_are_one_and_the_json_has_all(make_report: MakeReport) -> None:
    report = make_report()
    first = report.findings[0]
    others = tuple(
        replace(first, operation="convertImageUrl", fingerprint=f"{number:016x}", evidence=first.evidence)
        for number in range(4)
    )
    grouped = replace(report, findings=(first, *others))
    assert FORMATS["text"](grouped).count("FAILED") == 1
    assert "and 4 more like it:" in FORMATS["text"](grouped)
    payload = json.loads(FORMATS["json"](grouped))
    assert len(payload["findings"]) == 5
    (group,) = payload["groups"]
    assert (group["count"], len(group["members"])) == (5, 5)
    (error,) = [line for line in FORMATS["github"](grouped).splitlines() if line.startswith("::error")]
    assert "and 4 more like it" in error


def test_what_counts_otherwise_is_not_hidden_in_a_group(make_report: MakeReport) -> None:
    report = make_report()
    first = report.findings[0]
    note = replace(first, severity="note", provenance=Source("invented", "ours"), fingerprint="0" * 16)
    text = FORMATS["text"](replace(report, findings=(first, note)))
    assert text.count("FAILED") == 1
    assert "NOTE  tmapi/searchItemsByImageUrl  answer/schema" in text


@pytest.mark.slow
def test_errors_come_first(hostile_run: CompletedRun) -> None:
    severities = ("note", "warning", "error")
    findings = tuple(
        replace(finding, severity=severity)  # type: ignore[arg-type]
        for finding, severity in zip(hostile_run.result.findings, severities, strict=True)
    )
    results = tuple(
        CheckResult(finding.check, finding.api, finding.operation, "failed", (finding,)) for finding in findings
    )
    run = replace(hostile_run, result=RunResult("here", 0, results, 1.5, 1))
    report = assemble_report(run, lambda _: "", Baseline())
    assert [finding.severity for finding in report.findings] == ["error", "warning", "note"]
    assert report.exit_code == 1


@pytest.mark.parametrize(("severities", "code"), [(("warning", "note"), 0), (("note",), 0), (("error", "note"), 1)])
def test_only_errors_end_with_exit_code_1(severities: tuple[str, ...], code: int, make_report: MakeReport) -> None:
    report = make_report()
    findings = tuple(replace(report.findings[0], severity=severity) for severity in severities)  # type: ignore[arg-type]
    results = tuple(result for result in report.results if result.status == "failed")
    assert replace(report, findings=findings, results=results).exit_code == code


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_how_sure_a_rule_is(form: str, make_report: MakeReport) -> None:
    report = make_report()
    finding = replace(report.findings[0], provenance=Source("inferred", "the names of the fields"))
    text = FORMATS[form](replace(report, findings=(finding,)))
    assert "inferred" in text
    assert "the names of the fields" in text
