"""`lookalike certify --keep`: what broke a client is played first the next time, and is a test in two languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lookalike.__main__ import cli

from .test_certify_answers import CLIENT

BROKEN = CLIENT.replace("CHECK", "[item['brand'].strip() for item in items]")
MENDED = CLIENT.replace("CHECK", "pass")
NODE_CLIENT = """
export async function search(task) {
  const query = new URLSearchParams({ apiToken: task.credentials.apiToken, img_url: task.image_url });
  const response = await fetch(`${task.base_url}/1688/global/search/image?${query}`);
  const { data } = await response.json();
  return data.items.map((item) => ({ id: item.item_id, brand: item.brand.trim() }));
}
"""


def certify(*options: str) -> Result:
    arguments = ["certify", "tmapi", "--client", "client:search", "--only", "tmapi/answers:allowed", "--json"]
    return CliRunner().invoke(cli, [*arguments, "--keep", "kept", *options])


def run_test(*command: str, **variables: str) -> int:
    environment = {**os.environ, **variables}
    return subprocess.run(command, check=False, capture_output=True, env=environment, timeout=60).returncode


@pytest.mark.slow
def test_what_broke_a_client_is_played_first_and_is_a_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(BROKEN, "utf-8")
    (case,) = json.loads(certify().stdout)["cases"]
    assert case["rerun_command"].endswith("--only tmapi/answers:allowed --keep kept")
    (path,) = (tmp_path / "kept").glob("*.json")
    kept = json.loads(path.read_text("utf-8"))
    assert kept["words"] == case["findings"][0]["message"]
    assert [edit["edit"]["pointer"] for edit in kept["edits"]] == ["/data/items/0/brand"]
    # it is the only answer now that has a null there
    monkeypatch.setattr("lookalike_contracts.certification.answers.drawing.SWEEPS", {})
    (case,) = json.loads(certify("--examples", "0").stdout)["cases"]
    assert "where /data/items/0/brand is null" in case["findings"][0]["message"]
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "kept"))
    path_variable = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    assert run_test(sys.executable, *tests, PYTHONPATH=path_variable) == 1
    (tmp_path / "client.py").write_text(MENDED, "utf-8")
    assert run_test(sys.executable, *tests, PYTHONPATH=path_variable) == 0
    assert json.loads(certify("--examples", "0").stdout)["cases"][0]["verdict"] == "passed"


@pytest.mark.slow
@pytest.mark.node
def test_what_broke_a_client_is_a_test_of_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(BROKEN, "utf-8")
    certify()
    (path,) = (tmp_path / "kept").glob("*.test.mjs")
    for text, status in ((NODE_CLIENT, 1), (NODE_CLIENT.replace(".trim()", ""), 0)):
        (tmp_path / "client.mjs").write_text(text, "utf-8")
        assert run_test("node", "--test", str(path), CLIENT="client.mjs") == status


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "kept/x.json: it is no answer that `lookalike certify --keep` has written"),
        ("{", "kept/x.json: it is no answer"),
    ],
)
def test_a_file_that_is_no_kept_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "x.json").write_text(content, "utf-8")
    result = certify()
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept").write_text("", "utf-8")
    result = certify()
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
