"""Every format: sound whatever a server writes, without credentials, the same each time, and saying what was found."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from lookalike_contracts import reports
from lookalike_contracts.baseline import Baseline
from lookalike_contracts.finding import Finding
from lookalike_contracts.reports import FORMATS, CompletedRun
from lookalike_contracts.reports.location import quote_source
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_specs import load_api

from ...specs.redaction.reader import decode_all
from .conftest import MakeReport

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]")
RUN = re.compile(r"[A-Za-z0-9+/_-]{20,}")
ALL = pytest.mark.parametrize("form", FORMATS)


@pytest.mark.exhaustive(2)
@ALL
def test_a_report_has_no_credentials(form: str, make_report: MakeReport, secrets: tuple[str, ...]) -> None:
    text = FORMATS[form](make_report(("answer/schema",)))
    assert not [secret for secret in secrets if leaks(secret, text)]


def test_credentials_are_there_before_they_are_covered(hostile_run: CompletedRun, secrets: tuple[str, ...]) -> None:
    assert secrets[0] in hostile_run.result.findings[0].message
    assert leaks(secrets[0], hostile_run.result.findings[0].exchanges[0].response.body.decode())
    assert leaks(secrets[0], b64encode(f"x={secrets[0]}".encode()).decode())
    assert any(secrets[1] in outcome.reason for outcome in hostile_run.result.results)


@ALL
def test_a_report_has_nothing_that_moves_a_cursor_and_can_be_encoded(form: str, make_report: MakeReport) -> None:
    text = FORMATS[form](make_report(("answer/schema",)))
    assert UNSEEN.findall(text) == []
    text.encode()


@pytest.mark.slow
@ALL
def test_a_report_is_the_same_each_time(form: str, make_report: MakeReport) -> None:
    assert FORMATS[form](make_report()) == FORMATS[form](make_report())


@pytest.mark.exhaustive(3)
@ALL
def test_a_report_ends_with_a_whole_line(form: str, make_report: MakeReport) -> None:
    assert re.search(r"[^\n]\n\Z", FORMATS[form](make_report()))


@ALL
def test_an_empty_report_is_one(form: str, make_report: MakeReport) -> None:
    assert FORMATS[form](make_report(results=(), findings=(), is_interrupted=True))


@ALL
def test_a_report_says_when_it_was_interrupted(form: str, make_report: MakeReport) -> None:
    assert "nterrupted" in FORMATS[form](make_report(is_interrupted=True)).replace('"interrupted": false', "")


@ALL
def test_every_finding_comes_with_what_shows_it(form: str, make_report: MakeReport) -> None:
    report = make_report()
    text = FORMATS[form](report)
    for finding in report.findings:
        assert finding.check in text
        assert str(finding.evidence.location.line) in text
        assert "specs/lookalike_specs/apis/tmapi/openapi.yaml" in text
        assert "curl -s" in text
        assert f"lookalike check --only {finding.check}" in text


def leaks(secret: str, text: str) -> bool:
    """Whether it can be read there; Base64 is looked for where it begins, as the whole text is none."""
    read = {text, *decode_all(text), *(each for run in RUN.findall(text) for each in decode_all(run))}
    return any(secret in each for each in read)


def test_a_finding_has_no_credentials_of_its_own_api(hostile_run: CompletedRun) -> None:
    api = hostile_run.apis[1]
    (secret,) = hostile_run.accounts[api.id].values()
    finding = Finding("answer/schema", "error", api.id, api.operations[0].id, f"{secret} is wrong", "", "/paths", (), 0)
    outcome = CheckResult(finding.check, finding.api, finding.operation, "failed", (finding,))
    run = replace(hostile_run, result=RunResult("", 0, (outcome,), 0))
    (told,) = reports.assemble_report(run, lambda each: each.check, Baseline()).findings
    assert told.message.endswith(" is wrong")
    assert secret not in told.message
    assert (told.evidence.location.file, told.rerun_command, told.accepted_reason) == (
        f"apis/{api.id}/openapi.yaml",
        "answer/schema",
        "",
    )


# json


def test_json_is_as_its_schema_says(make_report: MakeReport) -> None:
    schema = json.loads((files(reports) / "schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    for report in (
        make_report(),
        make_report(("answer/schema",)),
        make_report(results=(), findings=()),
        make_report(is_interrupted=True),
    ):
        Draft202012Validator(schema).validate(json.loads(FORMATS["json"](report)))


def test_json_tells_outcomes_findings_and_coverage(make_report: MakeReport) -> None:
    payload = json.loads(FORMATS["json"](make_report(("answer/schema",))))
    results = {outcome["status"] for outcome in payload["results"]}
    assert results == {"failed", "warned", "could not check", "accepted", "passed", "does not apply"}
    assert {finding["severity"] for finding in payload["findings"]} == {"error", "warning"}
    assert [covered["operation"] for covered in payload["coverage"]] == [
        "searchItemsByImageUrl",
        "convertImageUrl",
        load_api("hiobuy").operations[0].id,
    ]


# junit


def test_junit_counts_what_it_holds(make_report: MakeReport) -> None:
    root = ElementTree.fromstring(FORMATS["junit"](make_report()))  # noqa: S314 - our own
    assert [suite.get("name") for suite in root] == ["tmapi", "hiobuy"]
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert [int(suite.get(name, "")) for suite in root] == [len(suite.findall(f".//{tag}")) for suite in root]
        assert int(root.get(name, "")) == len(root.findall(f".//{tag}")) > 0


@pytest.mark.parametrize(("interrupted", "more"), [(False, {}), (True, {"interrupted": "true"})])
def test_junit_says_what_was_judged(interrupted: bool, more: dict[str, str], make_report: MakeReport) -> None:
    root = ElementTree.fromstring(FORMATS["junit"](make_report(is_interrupted=interrupted, seed=7)))  # noqa: S314 - our own
    assert root.get("time") == "1.500"
    for suite in root:
        told = {each.get("name"): each.get("value") for each in suite.iter("property")}
        assert told == {"target": "http://127.0.0.1:8765", "seed": "7"} | more


def test_junit_names_a_case_by_check_and_operation(make_report: MakeReport) -> None:
    report = make_report()
    cases = ElementTree.fromstring(FORMATS["junit"](report)).findall(".//testcase")  # noqa: S314 - our own
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        (f"{outcome.api}.{outcome.operation}", outcome.check) for outcome in report.results
    ]


def test_junit_fails_neither_for_warnings_nor_for_what_is_accepted(make_report: MakeReport) -> None:
    root = ElementTree.fromstring(FORMATS["junit"](make_report(("answer/schema", "paging/doubled"))))  # noqa: S314 - our own
    assert root.get("failures") == "0"
    assert "accepted" in "".join(out.text or "" for out in root.iter("system-out"))


def test_junit_keeps_what_is_accepted_out_of_a_failure(make_report: MakeReport) -> None:
    report = make_report()
    first = report.findings[0]
    other = replace(first, fingerprint="0123456789abcdef", accepted_reason="until 2026-01-31: known")
    root = ElementTree.fromstring(FORMATS["junit"](replace(report, findings=(first, other))))  # noqa: S314 - our own
    (failure,), (out,) = root.iter("failure"), root.iter("system-out")
    assert first.fingerprint in str(failure.text)
    assert other.fingerprint not in str(failure.text)
    assert other.fingerprint in str(out.text)
    assert first.fingerprint not in str(out.text)


# sarif


def test_sarif_points_to_rules_and_lines(make_report: MakeReport) -> None:
    report = make_report()
    log = json.loads(FORMATS["sarif"](report))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0"
    assert rules == [check.id for check in report.checks]
    assert len(run["results"]) == len(report.findings) > 2
    for result, told in zip(run["results"], report.findings, strict=True):
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert rules[result["ruleIndex"]] == result["ruleId"] == told.check
        assert result["level"] == told.severity
        assert physical["artifactLocation"]["uri"] == "specs/lookalike_specs/apis/tmapi/openapi.yaml"
        assert physical["region"]["startLine"] == told.evidence.location.line
        assert result["partialFingerprints"] == {"lookalike/v1": told.fingerprint}
        assert "suppressions" not in result
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["toolExecutionNotifications"][0]["associatedRule"] == {"id": "answer/schema"}


def test_sarif_tells_how_the_run_went(make_report: MakeReport) -> None:
    report = make_report(is_interrupted=True)
    (run,) = json.loads(FORMATS["sarif"](report))["runs"]
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["version"]) == ("lookalike", "1.2.3")
    assert run["columnKind"] == "unicodeCodePoints"
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 130)
    unchecked, interrupted = invocation["toolExecutionNotifications"]
    assert unchecked["level"] == "warning"
    assert unchecked["message"]["text"].startswith(
        f"hiobuy/{load_api('hiobuy').operations[0].id}: could not check answer/schema: </scr"
    )
    assert interrupted == {"level": "error", "message": {"text": "interrupted before all was checked"}}


def test_sarif_says_of_a_check_what_explain_says(make_report: MakeReport) -> None:
    report = make_report()
    (run,) = json.loads(FORMATS["sarif"](report))["runs"]
    for rule, check in zip(run["tool"]["driver"]["rules"], report.checks, strict=True):
        assert rule == {
            "id": check.id,
            "shortDescription": {"text": check.summary},
            "fullDescription": {"text": f"{check.summary} {check.rationale}"},
            "help": {"text": f"{check.remediation}\nSource: {check.source}"},
            "defaultConfiguration": {"level": check.severity},
            "properties": {"tags": [check.family]},
        }


@pytest.mark.parametrize(("pointer", "where"), [("/data/0", " at /data/0"), ("", "")])
def test_sarif_has_the_facts_of_a_finding(pointer: str, where: str, make_report: MakeReport) -> None:
    report = make_report()
    first = report.findings[0]
    shown = replace(
        first.evidence, pointer=pointer, curl="C", python="P", request="Q", response="R", message="is wrong"
    )
    told = replace(first, evidence=shown, accepted_reason="known")
    (run,) = json.loads(FORMATS["sarif"](replace(report, findings=(told,))))["runs"]
    (result,) = run["results"]
    at = f"tmapi/{told.operation}"
    assert result["message"]["text"] == f"{at}{where}: is wrong\nFact: {told.provenance}\nAgain: {told.rerun_command}"
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": at, "kind": "function"}]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "known"}]
    assert result["properties"] == {
        "pointer": pointer, "rule": shown.location.pointer,
        "provenance": {"kind": told.provenance.kind, "source": told.provenance.source, "pointer": ""}, "seed": 0, "curl": "C", "python": "P", "request": "Q",
        "response": "R", "rerun_command": told.rerun_command,
    }  # fmt: skip


def test_sarif_suppresses_what_is_accepted(make_report: MakeReport) -> None:
    (run,) = json.loads(FORMATS["sarif"](make_report(("answer/schema",))))["runs"]
    for result in run["results"]:
        assert ("suppressions" in result) == (result["ruleId"] == "answer/schema")


# github


def test_github_has_a_line_for_each_and_none_of_the_servers_own(make_report: MakeReport) -> None:
    report = make_report()
    lines = FORMATS["github"](report).splitlines()
    kinds = [re.match(r"::(error|warning|notice) ", line) for line in lines]
    assert all(kinds)
    assert [kind[1] for kind in kinds if kind].count("error") == sum(t.state == "failed" for t in report.findings)
    for line in lines:
        head, _, _ = line[2:].partition("::")
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", head)
    assert any(line.startswith("::error file=specs/lookalike_specs/apis/tmapi/openapi.yaml,line=") for line in lines)


@pytest.mark.slow
def test_github_is_quiet_about_what_is_accepted(make_report: MakeReport) -> None:
    assert "paging/doubled at" in FORMATS["github"](make_report())
    assert "paging/doubled at" not in FORMATS["github"](make_report(("paging/doubled",)))


def test_github_tells_what_could_not_be_checked_the_baseline_and_the_numbers(make_report: MakeReport) -> None:
    report = make_report(notes=("50% known,\n::error::x",))
    warning, note, numbers = FORMATS["github"](report).splitlines()[-3:]
    where = f"hiobuy/{load_api('hiobuy').operations[0].id}"
    assert warning.startswith(f"::warning title=could not check {where}::</script>")
    assert warning.endswith("%0Aanswer/schema")
    assert note == "::notice title=baseline::50%25 known,%0A::error::x"
    assert numbers == f"::notice title=lookalike check::{FORMATS['text'](report).splitlines()[-1]}"


def test_github_lets_nothing_end_a_property(make_report: MakeReport) -> None:
    report = make_report()
    odd = replace(report.findings[0], check="a:b,c%")
    line, *_ = FORMATS["github"](replace(report, findings=(odd,))).splitlines()
    assert f",title=a%3Ab%2Cc%25 at {odd.api}/{odd.operation}::" in line


# markdown


def test_markdown_keeps_the_servers_text_in_code(make_report: MakeReport) -> None:
    text = FORMATS["markdown"](make_report(("paging/doubled",)))
    outside = re.sub(r"^(`{3,})\w+\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|<code>.*?</code>", "", outside)
    for part in ("octocat", "alert(", "<img", "# heading", "::error"):
        assert part in text
        assert part not in outside
    assert text.count("<details>") == text.count("</details>") == len(make_report().findings)


def test_markdown_says_first_what_was_judged_and_how_it_ended(make_report: MakeReport) -> None:
    report = make_report()
    head, _, closing, *_ = FORMATS["markdown"](report).splitlines()
    assert head == "## Lookalike judged `http://127.0.0.1:8765`"
    assert closing == FORMATS["text"](report).splitlines()[-1] + "."


@pytest.mark.parametrize(("pointer", "where"), [("/data/0", "`/data/0`"), ("", "`the whole answer`")])
def test_markdown_has_the_facts_of_a_finding(pointer: str, where: str, make_report: MakeReport) -> None:
    report = make_report()
    first = replace(report.findings[0], accepted_reason="until then: known")
    shown = replace(first.evidence, pointer=pointer, curl="C", python="P", request="Q", response="R", message="<m>")
    text = FORMATS["markdown"](replace(report, findings=(replace(first, evidence=shown),)))
    place = f"`specs/lookalike_specs/apis/tmapi/openapi.yaml:{shown.location.line}` `{shown.location.pointer}`"
    finding = f"""
<details><summary>☑️ tmapi/{first.operation} {first.check} (invented): <code>&lt;m&gt;</code></summary>

- where: {where}
- rule: {place}
- fact: `{first.provenance}`
- again: `{first.rerun_command}`
- id: `{first.fingerprint}`
- accepted: `until then: known`

```yaml
{quote_source(shown.location)}
```

```sh
C
```

```python
P
```

```http
Q
```

```http
R
```

</details>
"""
    assert finding in text


def test_markdown_lists_what_could_not_be_checked_and_the_baseline(make_report: MakeReport) -> None:
    report = make_report()
    (outcome,) = (result for result in report.results if result.status == "could not check")
    text = FORMATS["markdown"](replace(report, results=(replace(outcome, reason="late"),), notes=("a `note`",)))
    where = f"{outcome.api}/{outcome.operation} {outcome.check}"
    assert text.endswith(f"\n### Could not be checked\n\n- `{where}: late`\n\n### Baseline\n\n- `` a `note` ``\n")


def test_markdown_blocks_end_where_they_should(make_report: MakeReport) -> None:
    report = make_report()
    first = report.findings[0]
    evil = replace(first, evidence=replace(first.evidence, response="a\n````\n# outside\n```\nb"))
    text = FORMATS["markdown"](replace(report, findings=(evil,)))
    assert "`````http\na\n````\n# outside\n```\nb\n`````\n" in text


def test_markdown_has_a_table_of_families_and_apis(make_report: MakeReport) -> None:
    lines = FORMATS["markdown"](make_report()).splitlines()
    assert "| | tmapi | hiobuy |" in lines
    assert [line for line in lines if line.startswith("| paging")] == ["| paging | ❌ 1 ⚠️ 1 | ✅ 2 |"]


# html


class Reader(HTMLParser):
    """Which tags there are, what they link to, their ids, and what runs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.script = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["script"]:
            self.script += data


def test_html_needs_nothing_else_and_runs_only_what_is_ours(make_report: MakeReport) -> None:
    text = FORMATS["html"](make_report(("answer/schema",)))
    read, ours = Reader(text), (files(reports) / "html" / "script.js").read_text("utf-8")
    assert read.tags.count("script") == read.tags.count("style") == 1
    assert read.script.strip() == ours.strip()
    assert not {"img", "link", "iframe", "object", "base", "form"} & set(read.tags)
    assert not [name for name in read.attributes if name.startswith("on")]
    assert all(link.startswith("#") for link in read.links)
    assert "url(" not in text.partition("</style>")[0]
    assert "default-src 'none'" in text


def test_html_allows_our_script_by_its_hash(make_report: MakeReport) -> None:
    text = FORMATS["html"](make_report())
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in text.replace("&#39;", "'")


def test_html_has_a_cell_for_each_check_and_api_and_each_opens(make_report: MakeReport) -> None:
    report = make_report()
    read = Reader(FORMATS["html"](report))
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    cells = {f"{api.id}.{check.id.replace('/', '.')}" for api in report.apis for check in report.checks}
    assert cells <= set(read.ids)
    assert {f"#{cell}" for cell in cells} <= set(read.links)


def test_html_shows_exchange_and_coverage(make_report: MakeReport) -> None:
    text = FORMATS["html"](make_report())
    for part in (
        "GET /1688/global/search/image",
        "HTTP/1.1 200 OK",
        "import httpx",
        "language=ru",
        "/data/items/*/title",
    ):
        assert part in text


# text


def test_text_ends_with_the_numbers(make_report: MakeReport) -> None:
    report = make_report()
    last = FORMATS["text"](report).splitlines()[-1]
    failed = sum(finding.state == "failed" for finding in report.findings)
    assert last.startswith(f"{failed} errors, 1 warning, ")
    assert last.endswith(f", 1 not checked, {report.request_count} requests in 1.5 s, seed 0")


def test_text_has_a_line_for_each_family(make_report: MakeReport) -> None:
    lines = FORMATS["text"](make_report()).splitlines()
    assert lines[:5] == [
        "Lookalike 1.2.3 judged http://127.0.0.1:8765",
        "",
        "tmapi",
        "  answer  1 failed, 3 passed",
        "  paging  1 failed, 1 with a warning",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 1),
        ({"accepted": ("answer/schema", "paging/doubled")}, 3),
        ({"findings": (), "results": (CheckResult("answer/status", "tmapi", "any", "passed"),)}, 0),
        ({"findings": (), "results": (CheckResult("answer/status", "tmapi", "any", "does not apply"),)}, 2),
        ({"findings": (), "results": ()}, 2),
        ({"is_interrupted": True}, 130),
    ],
)
def test_the_exit_code(changes: dict[str, object], code: int, make_report: MakeReport) -> None:
    assert make_report(**changes).exit_code == code
