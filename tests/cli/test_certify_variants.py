"""`lookalike certify` under each variant's other values, and with cases side by side."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lookalike.__main__ import cli
from lookalike.certification.cases import list_cases
from lookalike.certification.variant_cases import list_variant_cases
from lookalike_specs import list_api_ids, load_api

from .certify_clients import EXEMPLARY

# 439 is an HTTP status here; that it may come with HTTP 200 and the code in the body, this client does not know
STATUS_ALONE = """
def search(task):
    query = {"apiToken": task.credentials["apiToken"], "img_url": task.image_url, "page": 1, "page_size": 10}
    with httpx.Client(timeout=task.timeout - 1) as client:
        response = client.get(task.base_url + "/1688/global/search/image", params=query)
    if response.status_code != 200:
        raise SearchFailed(str(response.status_code))
    return convert(response.json().get("data") or {"items": [], "total_count": 0})
"""


def certify(folder: Path, monkeypatch: pytest.MonkeyPatch, functions: str, *options: str) -> Result:
    monkeypatch.chdir(folder)
    (folder / "client.py").write_text(f"{EXEMPLARY}\n\n{functions}\n", "utf-8")
    arguments = ["certify", "tmapi", "--client", "client:search", "--timeout", "3", "--json", *options]
    return CliRunner().invoke(cli, arguments)


def read_cases(result: Result) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(result.stdout)["cases"]
    return cases


def test_a_client_that_knows_one_form_of_errors_is_found_by_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = certify(tmp_path, monkeypatch, STATUS_ALONE, "--only", "tmapi/439*")
    cases = {case["id"]: case for case in read_cases(result)}
    assert {case_id: case["verdict"] for case_id, case in cases.items()} == {
        "tmapi/439": "passed",
        # that there are other forms is inferred, so it warns; in the other two the status is an error's
        "tmapi/439+error-format=http-200": "warned",
        "tmapi/439+error-format=gateway": "passed",
        "tmapi/439+error-format=gateway-code": "passed",
    }
    rerun = cases["tmapi/439+error-format=http-200"]["rerun_command"]
    assert "--only 'tmapi/439+error-format=http-200'" in rerun or "--only tmapi/439+error-format=http-200" in rerun


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("api_id", ["hiobuy", *(api for api in list_api_ids() if api != "hiobuy")])
def test_no_answer_is_played_twice_and_each_changes_something(api_id: str) -> None:
    api = load_api(api_id)
    cases = list_cases(api)
    variant_cases = list_variant_cases(api, cases)
    ids = [case.id for case in variant_cases]
    assert len(set(ids)) == len(ids)
    assert any("+error-format=" in case_id for case_id in ids)
    # these change what is taken, and no answer
    assert not any("+image-limit=" in case_id or "+auth=" in case_id for case_id in ids)
    assert all(case.variant_source is not None for case in variant_cases)


def test_a_variant_that_is_named_stays_as_it_is() -> None:
    api = load_api("tmapi")
    cases = list_cases(api)
    ids = [case.id for case in list_variant_cases(api, cases, variants={"error-format": "http-200"})]
    assert ids
    assert not any("error-format" in case_id for case_id in ids)


@pytest.mark.slow
def test_cases_are_played_side_by_side_and_come_out_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = []
    seconds = []
    # each of these waits for a second, whatever the machine does
    options = ("--only", "tmapi/*latency", "--only", "tmapi/*slow-body", "--only", "tmapi/439")
    for jobs in ("1", "4"):
        started_at = time.monotonic()
        result = certify(tmp_path, monkeypatch, "", *options, "--jobs", jobs)
        seconds.append(time.monotonic() - started_at)
        verdicts.append({case["id"]: case["verdict"] for case in read_cases(result)})
    assert verdicts[0] == verdicts[1]
    assert seconds[1] < seconds[0] - 0.5


@pytest.mark.slow
def test_a_wrong_key_of_one_case_is_not_held_against_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = """
search_right = search

def search(task):
    # once in a while with the key of nobody, while other cases are under way
    if task.id == "1":
        time.sleep(0.3)
        task.credentials["apiToken"] = "nobody"
        for _ in range(3):
            try: search_right(task)
            except SearchFailed: time.sleep(0.1)
    return search_right(task)
"""
    result = certify(
        tmp_path, monkeypatch, functions, "--task", "search", "--only", "tmapi/ok", "--only", "tmapi/4*", "--jobs", "4"
    )
    others = [case for case in read_cases(result) if case["id"] != "tmapi/ok"]
    assert others
    assert [case["id"] for case in others if case["findings"]] == []


@pytest.mark.slow
def test_what_a_variant_leaves_out_is_held_against_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Path(__file__).parents[2] / "examples" / "clients" / "python"
    monkeypatch.chdir(client)
    # the code is a number for many errors there, and the two counts have changed their places
    only = ["--only", "aliyun/PictureError+*", "--only", "aliyun/ok+*"]
    result = CliRunner().invoke(cli, ["certify", "aliyun", "--client", "aliyun:search", "--json", *only])
    assert {case["id"]: case["verdict"] for case in read_cases(result)} == {
        "aliyun/PictureError+error-format=in-body": "passed",
        "aliyun/ok+docs-found=swapped": "passed",
    }
