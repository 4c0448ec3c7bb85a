"""What a certification leaves behind: reports, shards and their merge, suites, baselines."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lookalike.__main__ import cli
from lookalike_contracts.baseline import AcceptedFinding, Baseline
from lookalike_contracts.certification import judge, registry
from lookalike_contracts.certification.case import ClientCase
from lookalike_contracts.certification.reports.assemble import index_case_results
from lookalike_specs.provenance import Source

# A client that gives no error where the API has one, and no words of it: quick to start, as it imports little.
CLIENT = """
import json
from base64 import b64encode
import urllib.error
import urllib.parse
import urllib.request


def search(task):
    query = urllib.parse.urlencode({"apiToken": task.credentials["apiToken"], "img_url": task.image_url})
    url = f"{task.base_url}/1688/global/search/image?{query}"
    try:
        with urllib.request.urlopen(url, timeout=task.timeout) as response:
            data = json.load(response)["data"]
    except urllib.error.HTTPError:
        return []
    return {"items": [{"id": item["item_id"]} for item in data["items"]], "total": data["total_count"]}
"""
HONEST_CLIENT = CLIENT.replace("return []", "raise RuntimeError('refused') from None")
CASES = ("--only", "tmapi/ok", "--only", "tmapi/439", "--only", "tmapi/empty")
FORMATS = ("json", "junit", "markdown", "html", "badge", "svg")
Certify = Callable[..., Result]


@pytest.fixture
def certify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """Return a function that certifies the client in three cases of TMAPI."""
    monkeypatch.chdir(tmp_path)

    def run(*options: str, program: str = CLIENT) -> Result:
        (tmp_path / "client.py").write_text(program, "utf-8")
        return CliRunner().invoke(cli, ["certify", "tmapi", "--client", "client:search", *CASES, *options])

    return run


def read_verdicts(result: Result) -> dict[str, str]:
    cases: list[dict[str, Any]] = json.loads(result.stdout)["cases"]
    return {case["id"]: case["verdict"] for case in cases}


def test_shards_are_merged_into_the_whole_and_written_in_every_format(certify: Certify, tmp_path: Path) -> None:
    whole = certify("--json")
    for number in (1, 2):
        result = certify("--shard", f"{number}/2", "--report", f"json={number}.json")
        assert result.exit_code in (0, 1), result.output
    # both shards have a case, or nothing would be merged
    shards = [json.loads((tmp_path / f"{number}.json").read_text("utf-8")) for number in (1, 2)]
    assert [len(shard["cases"]) for shard in shards] == [2, 1]
    reports = [f"--report={name}=out.{name}" for name in FORMATS]
    merged = CliRunner().invoke(cli, ["report", "merge", "2.json", "1.json", "--json", *reports])
    assert merged.exit_code == whole.exit_code == 1, merged.output
    assert read_verdicts(merged) == read_verdicts(whole)
    assert json.loads(merged.stdout)["clients"] == json.loads(whole.stdout)["clients"]
    assert (tmp_path / "out.json").read_text("utf-8") == merged.stdout
    assert all((tmp_path / f"out.{name}").stat().st_size for name in FORMATS)
    alone = CliRunner().invoke(cli, ["report", "merge", "2.json"])
    assert "not in this report: tmapi/ok, tmapi/empty\n" in alone.stdout
    assert alone.stdout.endswith("1 failed, 2 not in this report\n")


def test_the_report_shows_each_exchange_without_secrets_and_the_command_that_repeats_it(certify: Certify) -> None:
    report = json.loads(certify("--json", "--seed", "7", "--timeout", "3").stdout)
    case = next(case for case in report["cases"] if case["id"] == "tmapi/439")
    assert case["rerun_command"] == (
        "lookalike certify tmapi --client client:search --only tmapi/439 --seed 7 --timeout 3"
    )
    assert case["answer"] == "0 items"
    (exchange,) = case["exchanges"]
    assert "apiToken=***" in exchange["request"]["head"]
    assert "439" in exchange["response"]["head"] + exchange["response"]["body"]


def test_the_command_in_the_report_makes_the_same_findings(certify: Certify) -> None:
    arguments = ("--json", "--seed", "7", "--skip", "secret", "--only", "tmapi/439+error-format=gateway")
    report = json.loads(certify(*arguments).stdout)
    case = next(case for case in report["cases"] if case["variant"])
    assert case["verdict"] == "warned"
    words = shlex.split(case["rerun_command"])
    assert words[0] == "lookalike"
    (again,) = json.loads(CliRunner().invoke(cli, [*words[1:], "--json"]).stdout)["cases"]
    assert again["findings"] == case["findings"]
    assert again["rerun_command"] == case["rerun_command"]


def test_known_findings_do_not_fail_and_those_that_are_gone_are_named(certify: Certify, tmp_path: Path) -> None:
    assert certify("--write-baseline", "known.json").exit_code == 1
    (entry,) = json.loads((tmp_path / "known.json").read_text("utf-8"))["accepted"]
    assert (entry["check"], entry["case"]) == ("failure/reported", "tmapi/439")
    accepted = certify("--baseline", "known.json")
    assert accepted.exit_code == 0, accepted.output
    assert "accepted  tmapi/439" in accepted.stdout
    assert "known when this file was written" in accepted.stdout
    mended = certify("--baseline", "known.json", program=HONEST_CLIENT)
    assert "accepted, but not found: " in mended.stdout


def test_who_looks_at_another_case_has_not_looked_for_it() -> None:
    entry = AcceptedFinding(
        fingerprint="0123456789abcdef",
        check="failure/reported",
        api="tmapi",
        operation="search",
        expires=date.max,
        reason="being mended",
        case="tmapi/439",
    )
    baseline = Baseline({entry.fingerprint: entry})
    source = Source("documented", "a page")
    for situation, notes in (("", 0), ("439", 1)):
        case = ClientCase("tmapi", "search", situation, "items", source)
        judged = index_case_results([judge.CaseResult(case, "passed")])
        assert len(list(baseline.describe_stale_entries(judged))) == notes


def test_a_check_that_came_later_shows_and_fails_nobody_who_names_an_older_suite(
    certify: Certify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "CURRENT_SUITE", 2)
    monkeypatch.setattr(judge, "CURRENT_SUITE", 2)
    later = replace(registry.CLIENT_CHECKS["failure/reported"], since=2)
    monkeypatch.setitem(registry.CLIENT_CHECKS, later.id, later)
    older = certify("--suite", "1")
    assert older.exit_code == 0, older.output
    assert "informational  tmapi/439" in older.stdout
    assert "the check came with suite 2, and fails nobody in suite 1" in older.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["certify", "tmapi", "--client", "x:y", "--shard", "4/3"], "I is in the range 1 to N"),
        (["certify", "tmapi", "--client", "x:y", "--shard", "0/3"], "I is in the range 1 to N"),
        (["certify", "tmapi", "--client", "x:y", "--shard", "one"], "--shard is I/N, such as 1/4, not 'one'"),
        (["certify", "tmapi", "--client", "x:y", "--shard", f"1/{'9' * 5000}"], "N at most"),
        (["certify", "tmapi", "--client", "x:y", "--suite", "99"], "--suite 99 is not in the range 1 to"),
        (["certify", "tmapi", "--client", "x:y", "--report", "htm=x"], "did you mean 'html'"),
        (["certify", "tmapi", "--client", "x:y", "--baseline", "none.json"], "No such file"),
        (["report", "merge", "none.json"], "cannot read none.json: No such file"),
        (["report", "merge"], "FILE"),
    ],
)
def test_a_report_that_cannot_be_had_is_one_line(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_of_anything_else_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text("<testsuites/>", "utf-8")
    result = CliRunner().invoke(cli, ["report", "merge", str(path)])
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {path}: it is no report of `lookalike certify --format json`\n",
    )


# says its key wherever it can, and in every encoding that logs have it in
LEAKING_CLIENT = """
import base64
import logging
import os
import pathlib
import sys
import urllib.parse
import urllib.request


def search(task):
    key = task.credentials["apiToken"]
    real_key = os.environ["LOOKALIKE_HIOBUY_TOKEN"]
    pathlib.Path("key.txt").write_text(key)
    logging.getLogger().warning("key %s", key)
    print(key, file=sys.stderr)
    query = urllib.parse.urlencode({"apiToken": key, "img_url": task.image_url, "sort": key})
    request = urllib.request.Request(f"{task.base_url}/1688/global/search/image?{query}", headers={"X-Key": key, "X-Real": real_key})
    try:
        urllib.request.urlopen(request).close()
    except OSError as error:
        encoded = base64.b64encode(key.encode()).decode()
        raise RuntimeError(f"{key} {encoded} {key.encode().hex()} {key[::-1]} {real_key}") from error
    return [{"id": key, "title": key}]
"""


def test_no_report_has_a_secret_whatever_the_client_does_with_it(
    certify: Certify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the key of another account, which is none of the sandbox's
    real_key = "rk-7f3a9c5e1b2d4860"
    monkeypatch.setenv("LOOKALIKE_HIOBUY_TOKEN", real_key)
    result = certify(
        "--name", f"client of {real_key}", *(f"--report={name}=out.{name}" for name in FORMATS), program=LEAKING_CLIENT
    )
    assert result.exit_code == 1, result.output
    key = (tmp_path / "key.txt").read_text("utf-8")
    assert len(key) > 10
    texts = [result.output, *((tmp_path / f"out.{name}").read_text("utf-8") for name in FORMATS)]
    for text in texts:
        for secret in (key, real_key, b64encode(key.encode()).decode(), key.encode().hex()):
            assert secret not in text
    assert "secret/words" in texts[0]


@pytest.mark.slow
def test_an_interrupt_ends_it_and_what_was_judged_is_reported(tmp_path: Path) -> None:
    # the client says when it is in its second case, and takes its time there
    program = CLIENT.replace(
        "def search(task):",
        "def search(task):\n    if task.id == '2': pathlib.Path('second').touch(); time.sleep(3)",
    )
    (tmp_path / "client.py").write_text(f"import pathlib\nimport time\n{program}", "utf-8")
    words = [sys.executable, "-m", "lookalike", "certify", "tmapi", "--client", "client:search", *CASES]
    with subprocess.Popen(
        [*words, "--jobs", "1", "--report", "json=out.json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (tmp_path / "second").exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
    assert out.splitlines()[-1].startswith("interrupted, 1 passed, ")
    report = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (report["interrupted"], report["exit_code"], len(report["cases"])) == (True, 130, 1)
    # whoever merges it with the rest of the cases has all of them, and still knows that a run was cut short
    assert len(report["clients"][0]["planned"]) == 3


def test_no_check_is_of_a_suite_that_is_yet_to_come() -> None:
    assert {check.since for check in judge.list_client_checks()} <= set(range(1, registry.CURRENT_SUITE + 1))
