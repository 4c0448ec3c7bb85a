"""`lookalike certify --needs`: which fields of an answer a client requires, reads and ignores."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli

from .test_certify_answers import CLIENT


@pytest.mark.slow
def test_the_fields_that_a_client_needs_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    line = "for item in items: item['title'] = item.get('title', '') + (item.get('brand') or '')"
    (tmp_path / "client.py").write_text(CLIENT.replace("CHECK", line), "utf-8")
    arguments = ["certify", "tmapi", "--client", "client:search", "--only", "tmapi/answers:allowed", "--examples", "0"]
    result = CliRunner().invoke(cli, [*arguments, "--needs", "needs.json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    needs = json.loads((tmp_path / "needs.json").read_text("utf-8"))
    schema = json.loads(files("lookalike.certification").joinpath("needs.schema.json").read_text("utf-8"))
    jsonschema.validate(needs, schema)
    (api,) = needs["apis"]
    fields = {field["pointer"]: field for field in api["fields"]}
    assert {pointer for pointer, field in fields.items() if field["need"] == "required"} == {
        "/code", "/data", "/data/items", "/data/items/*/item_id",
    }  # fmt: skip
    assert {pointer for pointer, field in fields.items() if field["need"] == "read"} == {
        "/data/items/*/title", "/data/items/*/brand",
    }  # fmt: skip
    assert (fields["/data/items/*/title"]["when_absent"], fields["/data/items/*/title"]["when_null"]) == (
        "changes",
        "fails",
    )


def test_needs_without_an_answer_to_look_at_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(CLIENT.replace("CHECK", "pass"), "utf-8")
    arguments = ["certify", "tmapi", "--client", "client:search", "--only", "tmapi/ok", "--needs", "needs.json"]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "needs.json").exists()
