"""`lookalike cases`: answers on disk fit their schema, and the samples that read them hold a client to them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from lookalike.__main__ import cli
from lookalike.certification import case_files
from lookalike.certification.case_files import CaseReply, build_case_files, create_case_mock
from lookalike_specs import list_api_ids
from lookalike_specs.messages import Response

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SCHEMA = json.loads((files(case_files.__package__) / case_files.SCHEMA_FILE).read_text("utf-8"))
# what a careless client does, in the samples' own words
SPOIL = {
    "cases-node": ("client.mjs", "if (code !== 200) {", "if (code !== 200) { return { items: [], total: 0 };"),
    "cases-pytest": ("client.py", "    if code != 200:\n", "    if code != 200:\n        return SearchResult([], 0)\n"),
}
COMMANDS = {
    "cases-node": ["node", "--test"],
    "cases-pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:lookalike"],
}


def write_cases(folder: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    result = CliRunner().invoke(cli, ["cases", *arguments, "--out", str(folder)])
    assert result.exit_code == 0, result.output
    paths = sorted(path for path in folder.glob("*/*.json"))
    return {f"{path.parent.name}/{path.stem}": json.loads(path.read_text("utf-8")) for path in paths}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("api", sorted(list_api_ids(), reverse=True))
def test_every_case_fits_its_schema_and_says_what_must_come_of_it(api: str, tmp_path: Path) -> None:
    cases = write_cases(tmp_path, api)
    validator = Draft202012Validator(SCHEMA)
    for name, case in cases.items():
        validator.validate(case)
        assert case["id"] == name
    assert len(cases[f"{api}/ok"]["expected"]["items"]) > 0
    assert cases[f"{api}/empty"]["expected"]["items"] == []
    assert cases[f"{api}/html-502"]["expected"]["error"]["kind"] == "transport"
    # a connection that is cut is no file
    assert f"{api}/reset-inside" not in cases
    assert json.loads((tmp_path / "case.schema.json").read_text("utf-8")) == SCHEMA


def test_the_error_has_its_kind_and_who_says_so(tmp_path: Path) -> None:
    error = write_cases(tmp_path, "tmapi")["tmapi/439"]["expected"]["error"]
    assert (error["kind"], error["retry"]) == ("quota", "never")
    assert error["provenance"]["kind"]["kind"] == "documented"


def test_the_same_seed_writes_the_same_bytes_and_another_one_other_goods() -> None:
    # a signature has the time and a nonce in it, which must not show
    first, second, other = (create_case_mock(["hiobuy"], seed) for seed in (0, 0, 1))
    cases = list(build_case_files(first, "hiobuy"))
    assert cases == list(build_case_files(second, "hiobuy"))
    assert cases != list(build_case_files(other, "hiobuy"))


def test_nothing_is_written_where_a_variant_is_wrong(tmp_path: Path) -> None:
    arguments = ["cases", "hiobuy", "tmapi", "--variant", "tmapi.error-format=no", "--out", str(tmp_path)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_is_no_text_is_kept_byte_by_byte() -> None:
    response = Response(status=200, body=b"\xb4\xf3\xc1\xbf", media_type="text/html")
    reply = case_files.build_reply(response)
    assert isinstance(reply, CaseReply)
    assert reply.body is None
    assert b64decode(reply.body_base64 or "") == response.body


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "tmapi").write_text("in the way", "utf-8")
    result = CliRunner().invoke(cli, ["cases", "tmapi", "--out", str(tmp_path)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "cannot write" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("example", COMMANDS)
def test_a_sample_passes_and_a_client_that_hides_errors_does_not(example: str, tmp_path: Path) -> None:
    if shutil.which(COMMANDS[example][0]) is None:
        pytest.skip("needs Node.js")
    write_cases(tmp_path / "cases", "tmapi")
    shutil.copytree(EXAMPLES / example, tmp_path / "sample")
    environment = {**os.environ, "CASES": str(tmp_path / "cases")}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            COMMANDS[example], cwd=tmp_path / "sample", env=environment, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip

    process = run()
    assert process.returncode == 0, process.stdout + process.stderr
    name, good, bad = SPOIL[example]
    path = tmp_path / "sample" / name
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), "utf-8")
    process = run()
    assert process.returncode == 1
    assert "tmapi/439" in process.stdout
