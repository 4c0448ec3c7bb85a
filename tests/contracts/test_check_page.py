"""docs/check.md: its table is that of the registry, its pipelines are what GitHub and GitLab take."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lookalike_contracts.reports import FORMATS

from .check_table import PAGE, render_page

TEXT = PAGE.read_text("utf-8")
SCHEMAS = ("vendor.github-workflows", "vendor.gitlab-ci")
PIPELINES = list(zip(SCHEMAS, re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL), strict=True))


def test_the_table_has_every_check() -> None:
    assert render_page(TEXT) == TEXT, "run scripts/checks"


def test_every_format_has_its_row() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| ", TEXT, re.MULTILINE)) >= set(FORMATS)


def fits(schema: str, pipeline: str, folder: Path) -> bool:
    (folder / "pipeline.yaml").write_text(pipeline, "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(folder / "pipeline.yaml")]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize(("schema", "pipeline"), PIPELINES, ids=SCHEMAS)
def test_a_pipeline_is_valid_and_a_spoiled_one_is_not(schema: str, pipeline: str, tmp_path: Path) -> None:
    assert fits(schema, pipeline, tmp_path)
    assert not fits(schema, re.sub(r"^( *)(steps|script):", r"\1stesp:", pipeline, flags=re.MULTILINE), tmp_path)
