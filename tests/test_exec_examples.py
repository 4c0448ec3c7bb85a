"""The sample projects of `lookalike exec`: their tests pass, and the bug in each is found; without the bug nothing is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
NODE = ["node", "--test"]
# the project, its command, options, the file and what is wrong in it, what is right, and the complaint
CASES = [
    pytest.param(
        "exec-pytest", PYTEST, [], "image_search.py", ('"pageSize"', '"page_size"'), "has no parameter 'pageSize'",
        id="pytest",
    ),
    pytest.param(
        "exec-node", NODE, ["--intercept", "--skip", "credential"], "image-search.mjs",
        ("${imageUrl}", "${encodeURIComponent(imageUrl)}"), "has no parameter 'height'",
        id="node", marks=pytest.mark.node,
    ),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("project", "command", "options", "file", "mending", "complaint"), CASES)
def test_the_bug_of_a_sample_project_is_found_and_nothing_else(  # noqa: PLR0917 - the columns of the table
    project: str,
    command: list[str],
    options: list[str],
    file: str,
    mending: tuple[str, str],
    complaint: str,
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(EXAMPLES / project, tmp_path / project, ignore=shutil.ignore_patterns("__pycache__")))
    words = [sys.executable, "-m", "lookalike", "exec", "tmapi", *options, "--", *command]
    broken = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert (broken.returncode, complaint in broken.stderr) == (1, True), broken.stdout + broken.stderr
    source = folder / file
    source.write_text(source.read_text("utf-8").replace(*mending), "utf-8")
    mended = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "error:" not in mended.stderr
