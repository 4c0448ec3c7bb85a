"""Which tests the default run leaves out, by the conftest.py of this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent.parent / "conftest.py"
TESTS = """
import gzip
import pytest

@pytest.mark.exhaustive(5)
@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("api", range(5))
def test_table(api, way): pass

@pytest.mark.exhaustive
@pytest.mark.parametrize("number", range(15))
def test_long(number): pass

@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("number", range(2))
def test_short(number): pass

@pytest.mark.exhaustive(2, most=4)
@pytest.mark.parametrize("number", range(9))
def test_costly(number): pass

@pytest.mark.slow
def test_slow(): pass

def test_plain(): pass

@pytest.mark.parametrize("body", [gzip.compress(b"now"), b"text"])
def test_bytes(body): pass
"""
INI = "[pytest]\nmarkers =\n  exhaustive: a table\n  slow: slow\n"


def collect(folder: Path, *options: str) -> list[str]:
    """Return the ids of the tests that pytest would run."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_it.py").write_text(TESTS)
    (folder / "pytest.ini").write_text(INI)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return [line.partition("::")[2] for line in process.stdout.splitlines() if "::" in line]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what the default run takes."""
    return collect(tmp_path_factory.mktemp("sample"))


def test_a_sample_is_as_large_as_its_mark_says(sample: list[str]) -> None:
    sizes = {name: len([test for test in sample if test.startswith(name)]) for name in ("test_table", "test_long")}
    assert sizes == {"test_table": 5, "test_long": 8}
    assert [test for test in sample if test.startswith("test_short")] == ["test_short[0]", "test_short[1]"]


def test_a_sample_meets_every_value_of_every_parameter(sample: list[str]) -> None:
    cases = [test.partition("[")[2].rstrip("]").split("-") for test in sample if test.startswith("test_table")]
    assert {api for api, _ in cases} == set("01234")
    assert {way for _, way in cases} == set("0123")


def test_slow_tests_are_left_out_and_others_are_not(sample: list[str]) -> None:
    assert "test_slow" not in sample
    assert "test_plain" in sample


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("options", [("--all",), ("test_it.py::test_table", "test_it.py::test_slow")], ids=" ".join)
def test_everything_and_what_is_named_is_taken_whole(options: tuple[str, ...], tmp_path: Path) -> None:
    tests = collect(tmp_path, *options)
    assert len([test for test in tests if test.startswith("test_table")]) == 20
    assert "test_slow" in tests


def test_bytes_that_hold_the_time_are_not_in_an_id(sample: list[str]) -> None:
    assert [test for test in sample if test.startswith("test_bytes")] == ["test_bytes[body]", "test_bytes[text]"]


def test_of_a_costly_table_all_tests_have_a_larger_sample(sample: list[str], tmp_path: Path) -> None:
    assert len([test for test in sample if test.startswith("test_costly")]) == 2
    assert len([test for test in collect(tmp_path, "--all") if test.startswith("test_costly")]) == 4
    assert len([test for test in collect(tmp_path, "test_it.py::test_costly") if test.startswith("test_costly")]) == 9
