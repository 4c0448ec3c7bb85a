"""The workflow for changes: valid by GitHub's own schema, allowed no more than to read, and made of what there is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

HOME = Path(__file__).parent.parent
WORKFLOW = HOME / ".github" / "workflows" / "ci.yml"
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]
# the schemas that check-jsonschema brings, and a way to break each
SCHEMAS = {
    "vendor.github-workflows": ("runs-on:", "run-son:"),
    "custom.github-workflows-require-timeout": ("    timeout-minutes: 60\n", ""),
}


# what the runner's own system is asked for: programs that tests call, and that need no Python
OF_THE_SYSTEM = "sudo apt-get "


def load_workflow() -> dict[Any, Any]:
    return yaml.safe_load(WORKFLOW.read_text("utf-8"))


def list_steps() -> Iterator[dict[str, Any]]:
    for job in load_workflow()["jobs"].values():
        yield from job["steps"]


def list_commands() -> list[str]:
    lines = [line for step in list_steps() for line in step.get("run", "").splitlines()]
    return [line for line in lines if not line.startswith(OF_THE_SYSTEM)]


def check(path: Path, schema: str) -> int:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_is_valid_and_a_spoiled_one_is_not(schema: str, tmp_path: Path) -> None:
    assert check(WORKFLOW, schema) == 0
    text = WORKFLOW.read_text("utf-8")
    spoiled = tmp_path / WORKFLOW.name
    spoiled.write_text(text.replace(*SCHEMAS[schema]), "utf-8")
    assert spoiled.read_text("utf-8") != text
    assert check(spoiled, schema) != 0


def test_it_may_read_and_nothing_else() -> None:
    workflow = load_workflow()
    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" in job]
    checkouts = [step for step in list_steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(workflow["jobs"])
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_newer_push_ends_the_run_of_an_older_one() -> None:
    concurrency = load_workflow()["concurrency"]
    assert concurrency["cancel-in-progress"] is True
    assert "github.ref" in concurrency["group"]


def test_actions_are_github_s_own_and_of_one_major_version() -> None:
    actions = {step["uses"] for step in list_steps() if "uses" in step}
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in actions), actions
    names = [action.partition("@")[0] for action in actions]
    assert len(names) == len(set(names)), "two versions of one action"


@pytest.mark.parametrize("command", list_commands())
def test_every_command_is_a_script_that_takes_its_options(command: str) -> None:
    script, *options = shlex.split(command)
    path = HOME / script
    assert path.is_file()
    assert os.access(path, os.X_OK)
    head = "\n".join(line for line in path.read_text("utf-8").splitlines() if line.startswith("#"))
    assert all(f"{script} {option}" in head for option in options), head


def test_what_somebody_else_wrote_is_never_part_of_a_command() -> None:
    """`${{ … }}` is put into a command before the shell reads it: a branch's name could be one."""
    assert not [command for command in list_commands() if "${{" in command]


def test_it_runs_every_python_that_we_name_and_the_lowest_under_the_first() -> None:
    pythons = load_workflow()["jobs"]["test"]["strategy"]["matrix"]["python"]
    prefix = "Programming Language :: Python :: 3."
    classified = [f"3.{line.removeprefix(prefix)}" for line in PROJECT["classifiers"] if line.startswith(prefix)]
    assert set(classified) <= set(pythons)
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    setup = next(step for step in load_workflow()["jobs"]["lowest"]["steps"] if "setup-python" in step.get("uses", ""))
    assert setup["with"]["python-version"] == pythons[0]
