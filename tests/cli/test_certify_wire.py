"""Clients whose server is slow for ever, has no end, sends them to another host, or cannot be verified."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli

from .certify_clients import EXEMPLARY

# check -> the case that it is meant for, and what the saboteur does
WIRE_SABOTEURS: dict[str, tuple[str, str]] = {
    # for each read
    "wire/deadline": ("tmapi/wire:slow-body", "def search(task):\n    with httpx.Client(timeout=1) as client:\n        return client.get(task.base_url).json()"),
    "wire/bounded": ("tmapi/wire:endless-body", "MAX_BODY_BYTES = 10**9"),
    "wire/redirect": ("tmapi/wire:redirect", "def search(task):\n    headers = {'apikey': task.credentials['apiToken']}\n    httpx.get(task.base_url, headers=headers, follow_redirects=True).raise_for_status()"),
    "wire/certificate": ("tmapi/wire:unknown-ca", "def create_client(task):\n    return httpx.AsyncClient(timeout=None, verify=False)"),
}  # fmt: skip


def certify(folder: Path, monkeypatch: pytest.MonkeyPatch, functions: str, *options: str) -> list[dict[str, Any]]:
    monkeypatch.chdir(folder)
    (folder / "client.py").write_text(f"{EXEMPLARY}\n\n{functions}\n", "utf-8")
    arguments = ["certify", "tmapi", "--client", "client:search", "--json", *options]
    cases: list[dict[str, Any]] = json.loads(CliRunner().invoke(cli, arguments).stdout)["cases"]
    return cases


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("check", ["wire/redirect", *(check for check in WIRE_SABOTEURS if check != "wire/redirect")])
def test_a_saboteur_is_caught_by_the_check_that_is_meant_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    case, functions = WIRE_SABOTEURS[check]
    (judged,) = certify(tmp_path, monkeypatch, functions, "--only", case)
    assert [finding["check"] for finding in judged["findings"]] == [check], judged
    assert judged["verdict"] == ("warned" if check == "wire/bounded" else "failed")


@pytest.mark.slow
def test_a_client_with_a_deadline_and_a_bound_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = certify(tmp_path, monkeypatch, "", "--only", "tmapi/wire:*")
    assert {case["id"]: case["verdict"] for case in cases} == {
        "tmapi/wire:slow-head": "passed",
        "tmapi/wire:slow-body": "passed",
        "tmapi/wire:endless-body": "passed",
        "tmapi/wire:redirect": "passed",
        "tmapi/wire:unknown-ca": "passed",
        "tmapi/wire:known-ca": "passed",
    }
    # the file of the CA is used: the client has the goods
    (known,) = [case for case in cases if case["id"] == "tmapi/wire:known-ca"]
    assert known["answer"].startswith("10 items")


@pytest.mark.slow
def test_a_client_that_takes_a_redirect_for_an_empty_answer_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = "def search(task):\n    httpx.get(task.base_url)\n    return []"
    (case,) = certify(tmp_path, monkeypatch, functions, "--only", "tmapi/wire:redirect")
    assert [finding["check"] for finding in case["findings"]] == ["failure/reported"]


@pytest.mark.slow
def test_a_slow_server_holds_up_no_other_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = WIRE_SABOTEURS["wire/deadline"][1].replace("def search(", "def search_slowly(")
    functions += """
search_well = search

def search(task):
    return search_slowly(task) if task.timeout < 4 else search_well(task)
"""
    cases = certify(tmp_path, monkeypatch, functions, "--only", "tmapi/wire:slow-*", "--only", "tmapi/ok")
    assert {case["id"]: case["verdict"] for case in cases} == {
        "tmapi/ok": "passed",
        "tmapi/wire:slow-head": "failed",
        "tmapi/wire:slow-body": "failed",
    }


@pytest.mark.slow
def test_the_script_of_the_docs_passes_every_case(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "certify.md"
    scripts = re.findall(r"^```text\n(#!/bin/sh\n.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = tmp_path / "search.sh"
    script.write_text(scripts[-1], "utf-8")
    script.chmod(0o755)
    result = CliRunner().invoke(cli, ["certify", "tmapi", "--driver", str(script), "--task", "search", "--json"])
    cases = json.loads(result.stdout)["cases"]
    assert [case["id"] for case in cases if case["verdict"] != "passed"] == []
    assert result.exit_code == 0
