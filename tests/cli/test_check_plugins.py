"""Checks of others: named on the command line, explained, run, and told in one line where they cannot be used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.registry import CHECKS

PLUGIN = """
from lookalike_contracts.finding import Failure
from lookalike_contracts.registry import active_check

@active_check("{id}", summary="Nothing is right.", rationale="w", remediation="h", source="our own rules")
def check_nothing(context):
    yield Failure("nothing is right", exchanges=(context.send_sample(),))
"""
QUICK = ("tmapi", "--operation", "convertImageUrl", "--only", "house")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to write modules into; what they register is forgotten."""
    select_checks()
    known, modules, path = dict(CHECKS), set(sys.modules), list(sys.path)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    CHECKS.clear()
    CHECKS.update(known)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def test_a_module_in_the_current_folder_brings_a_check(lookalike, here):
    (here / "lookalike_test_house.py").write_text(PLUGIN.format(id="house/nothing"))
    result = lookalike("check", *QUICK, "--import", "lookalike_test_house")
    assert result.exit_code == 1, result.output
    assert "nothing is right" in result.output
    assert "--import lookalike_test_house" in result.output


def test_it_is_explained(lookalike, here):
    (here / "lookalike_test_told.py").write_text(PLUGIN.format(id="house/told"))
    result = lookalike("explain", "house/told", "--import", "lookalike_test_told")
    assert result.exit_code == 0, result.output
    assert "Nothing is right." in result.output


@pytest.mark.parametrize("command", [("check", *QUICK), ("explain",)], ids=["check", "explain"])
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("import lookalike_test_nothing", "No module named 'lookalike_test_nothing'"),
        (
            PLUGIN.format(id="paging/doubled"),
            "one in lookalike_contracts.checks.paging and one in lookalike_test_wrong",
        ),
        (PLUGIN.format(id="nothing"), "family/name"),
    ],
)
def test_one_that_cannot_be_used_is_told_in_one_line(lookalike, here, command, text, part):
    (here / "lookalike_test_wrong.py").write_text(text)
    result = lookalike(*command, "--import", "lookalike_test_wrong")
    assert result.exit_code == 2
    assert part in result.output
    assert len(result.output.splitlines()) == 1
    assert "Traceback" not in result.output
