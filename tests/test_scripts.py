"""The scripts of a fresh checkout: which Python they take, what they say without one, when they install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
PIP = """#!/bin/sh
case "$*" in
    *"-m venv"*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    *version_info*) exit {old} ;;
esac
echo "$@" >>calls.txt
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing in it but scripts, pyproject.toml and a Python that writes down how it is called."""
    shutil.copytree(HOME / "scripts", tmp_path / "scripts")
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    put_python(tmp_path, "python3")
    return tmp_path


def put_python(checkout: Path, name: str, *, old: bool = False) -> Path:
    path = checkout / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(PIP.format(old=int(old)))
    path.chmod(0o755)
    return path


def run(checkout: Path, script: str, *args: str, **environment: str) -> tuple[int, str, list[str]]:
    """Exit code, stderr, and the calls of Python since the last time, but for those that only look."""
    calls = checkout / "calls.txt"
    calls.write_text("")
    path = f"{checkout / 'bin'}:{checkout / 'tools'}"
    (checkout / "tools").mkdir(exist_ok=True)
    for tool in ("sh", "dirname", "cksum", "cat", "mkdir", "cp"):
        if not (checkout / "tools" / tool).exists():
            (checkout / "tools" / tool).symlink_to(str(shutil.which(tool)))
    process = subprocess.run(
        [f"{checkout}/scripts/{script}", *args], cwd="/", capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": path, **environment},
    )  # fmt: skip
    return (
        process.returncode,
        process.stderr,
        [line for line in calls.read_text().splitlines() if not LOOKS.search(line)],
    )


LOOKS = re.compile(r"version_info|^--version$")
INSTALL = "-m pip install --quiet --disable-pip-version-check --editable .[{}]"


def test_serve_makes_a_venv_once(checkout):
    first = run(checkout, "serve", "tmapi", "--port", "0")
    assert first[0] == 0
    assert first[2] == ["-m venv --clear .venv", INSTALL.format("httpx"), "-m lookalike serve tmapi --port 0"]
    assert run(checkout, "serve")[2] == ["-m lookalike serve"]


def test_a_changed_pyproject_is_installed_again(checkout):
    run(checkout, "serve")
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("\n")
    assert run(checkout, "serve")[2] == [INSTALL.format("httpx"), "-m lookalike serve"]


def test_test_lints_first_and_passes_on_what_pytest_takes(checkout):
    lint_and_test = [
        "-m ruff check .",
        "-m ruff format --check .",
        "-m mypy",
        "-m pytest --numprocesses 2 tests/cli -k serve",
    ]
    calls = run(checkout, "test", "tests/cli", "-k", "serve")[2]
    # beside the linters, so anywhere among them
    calls.remove("-m pytest --collect-only -qq --all")
    assert calls[1:] == [INSTALL.format("test,clients"), *lint_and_test]
    (checkout / "tests/__pycache__").mkdir(parents=True)
    assert run(checkout, "test", "tests/cli", "-k", "serve")[2] == lint_and_test, "asserts are rewritten already"
    assert run(checkout, "serve")[2] == ["-m lookalike serve"], "the test's .venv serves as well"


def test_lowest_makes_an_environment_of_its_own_once(checkout):
    install = "-m uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable .[test,clients,pytest]"
    assert run(checkout, "test", "--lowest", "tests/cli")[2] == [
        "-m venv --clear .venv-lowest",
        "-m pip install --quiet --disable-pip-version-check uv>=0.8.6",
        install,
        "-m scripts.bounds",
        "-m pytest --numprocesses 2 tests/cli",
    ]
    assert run(checkout, "test", "--lowest")[2] == ["-m pytest --numprocesses 2"]
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("\n")
    assert install in run(checkout, "test", "--lowest")[2], "a bound that was changed is installed anew"


def test_coverage_runs_everything_under_coverage_and_shows_it(checkout):
    calls = run(checkout, "coverage", "--run", "--skip-empty")[2]
    assert calls[2:] == [
        "-m coverage run -m pytest --numprocesses 2 --all",
        "-m coverage combine --quiet",
        "-m coverage report --skip-empty",
    ]


def test_the_first_python_that_is_new_enough_is_taken(checkout):
    put_python(checkout, "python3", old=True)
    put_python(checkout, "python3.12")
    code, said, calls = run(checkout, "serve")
    assert (code, len(calls)) == (0, 3)
    assert said.startswith("Making .venv with")


def test_without_a_python_it_says_what_is_missing(checkout):
    put_python(checkout, "python3", old=True)
    code, said, calls = run(checkout, "serve")
    assert (code, calls) == (1, [])
    assert said == "Error: no Python 3.11 or newer found. Install one, or set PYTHON to its path.\n"


def test_the_python_that_is_named_is_the_only_one(checkout):
    old = put_python(checkout, "old", old=True)
    code, said, _ = run(checkout, "serve", PYTHON=str(old))
    assert (code, said) == (1, f"Error: PYTHON={old} is not Python 3.11 or newer.\n")


def test_ci_runs_the_whole_test():
    lines = (HOME / ".ci/run").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ['exec "$(dirname "$0")/../scripts/test" --all']


def test_the_real_python_suits():
    script = f'. "{HOME}/scripts/venv.sh"; suits "{sys.executable}" && echo fine'
    process = subprocess.run(
        ["sh", "-c", script, f"{HOME}/scripts/x"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ,
    )
    assert process.stdout == "fine\n"
