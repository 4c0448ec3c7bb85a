"""The container file and the manifests: valid by their own schemas, and what they run is what the command takes.

No container is built here: that needs a daemon and a registry. What its steps do is done without one.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from lookalike.__main__ import cli
from lookalike_mocks.adapters.server import Server

HOME = Path(__file__).parent.parent
DEPLOY = HOME / "examples" / "deploy"
DOCKERFILE = (HOME / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
CHECKS = {
    "compose.yaml": ["check_jsonschema", "--builtin-schema", "vendor.compose-spec"],
    "workflow.yaml": ["check_jsonschema", "--builtin-schema", "vendor.github-workflows"],
    "kubernetes.yaml": ["kubernetes_validate", "--strict"],
    "certify-workflow.yaml": ["check_jsonschema", "--builtin-schema", "vendor.github-workflows"],
    "certify-job.yaml": ["kubernetes_validate", "--strict"],
}
SPOIL = {
    "compose.yaml": ("ports:", "prots:"),
    "workflow.yaml": ("runs-on:", "run-son:"),
    "kubernetes.yaml": ("replicas: 3", "replicas: three"),
    "certify-workflow.yaml": ("matrix:", "martix:"),
    "certify-job.yaml": ("backoffLimitPerIndex: 2", "backoffLimitPerIndx: 2"),
}
SERVING = ("Dockerfile", "compose.yaml", "workflow.yaml", "kubernetes.yaml")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+(.*)$", DOCKERFILE, re.MULTILINE)


def check(path: Path, name: str) -> int:
    process = subprocess.run(
        [sys.executable, "-m", *CHECKS[name], str(path)], capture_output=True, timeout=60, check=False
    )
    return process.returncode


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_a_manifest_is_valid_and_a_spoiled_one_is_not(name: str, tmp_path: Path) -> None:
    assert check(DEPLOY / name, name) == 0
    text, spoiled = (DEPLOY / name).read_text("utf-8"), tmp_path / name
    assert SPOIL[name][0] in text
    spoiled.write_text(text.replace(*SPOIL[name]), "utf-8")
    assert check(spoiled, name) != 0


def test_every_manifest_is_checked() -> None:
    assert {path.name for path in DEPLOY.iterdir()} == set(CHECKS)


def arguments() -> dict[str, list[str]]:
    """Who runs the container -> the arguments that it gives."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    kubernetes = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))
    containers = next(manifest for manifest in kubernetes if manifest["kind"] == "StatefulSet")["spec"]["template"][
        "spec"
    ]
    workflow = yaml.safe_load((DEPLOY / "workflow.yaml").read_text("utf-8"))
    line = next(
        line
        for step in workflow["jobs"]["test"]["steps"]
        for line in step.get("run", "").splitlines()
        if "serve" in line
    )
    return {
        "Dockerfile": [],
        "compose.yaml": compose["services"]["lookalike"]["command"],
        "kubernetes.yaml": containers["containers"][0]["args"],
        "workflow.yaml": shlex.split(line.partition(">")[0])[2:],
    }


@pytest.mark.parametrize("who", SERVING)
def test_the_command_takes_the_arguments(who: str) -> None:
    program, *entry = json.loads(instructions("ENTRYPOINT")[0])
    assert program == "lookalike"
    name, command, rest = cli.resolve_command(cli.make_context("lookalike", [], resilient_parsing=True), entry)
    assert name == "serve"
    assert command is not None
    context: Any = command.make_context("serve", rest + arguments()[who])
    assert not context.args


def read_manifest(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


def parse_command_line(line: str) -> dict[str, Any]:
    """The parameters of a command line of ours, up to where its output goes."""
    words = shlex.split(line.partition(" >>")[0])
    assert words[0] == "lookalike"
    name, command, rest = cli.resolve_command(cli.make_context("lookalike", [], resilient_parsing=True), words[1:])
    assert command is not None
    context = command.make_context(name, rest, resilient_parsing=False)
    if isinstance(command, click.Group):
        name, below, rest = command.resolve_command(context, rest)
        assert below is not None
        context = below.make_context(name, rest, parent=context)
    return context.params


def test_the_workflow_runs_every_shard_and_merges_them() -> None:
    jobs = read_manifest("certify-workflow.yaml")["jobs"]
    numbers = jobs["shard"]["strategy"]["matrix"]["shard"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert jobs["shard"]["strategy"]["fail-fast"] is False
    (line,) = [step["run"] for step in jobs["shard"]["steps"] if "certify" in step.get("run", "")]
    filled = line.replace("${{ matrix.shard }}", "1").replace("${{ strategy.job-total }}", str(len(numbers)))
    parameters = parse_command_line(filled)
    assert (parameters["shard"], parameters["reports"]) == (f"1/{len(numbers)}", ("json=shard-1.json",))
    assert jobs["merge"]["needs"] == "shard"
    (line,) = [step["run"] for step in jobs["merge"]["steps"] if "merge" in step.get("run", "")]
    assert parse_command_line(line)["form"] == "markdown"


def test_the_job_runs_every_shard_and_tries_again_only_what_was_not_judged() -> None:
    job = read_manifest("certify-job.yaml")["spec"]
    assert (job["completionMode"], job["parallelism"]) == ("Indexed", job["completions"])
    assert job["backoffLimitPerIndex"] > 0
    actions: dict[int, str] = {}
    for rule in job["podFailurePolicy"]["rules"]:
        for code in rule.get("onExitCodes", {}).get("values", []):
            actions[code] = rule["action"]
    assert (actions[1], actions[2], actions[3]) == ("FailIndex", "FailIndex", "Count")
    pod = job["template"]["spec"]
    # a policy for failures is refused with any other
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    assert container["command"] == ["sh", "-c"]
    for index in range(job["completions"]):
        script = container["args"][0].replace("exec lookalike", "printf '%s\\n'")
        environment = {"JOB_COMPLETION_INDEX": str(index), "PATH": "/usr/bin:/bin"}
        process = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=True)
        parameters = parse_command_line(shlex.join(["lookalike", *process.stdout.splitlines()]))
        assert (parameters["shard"], parameters["as_json"]) == (f"{index + 1}/{job['completions']}", True)


def test_the_health_check_passes_and_fails(server: Server) -> None:
    command = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    probe = [sys.executable, *command[1:]]
    assert command[0] == "python"
    well = [part.replace("http://127.0.0.1:8765", server.url) for part in probe]
    ill = [
        part.replace("/_lookalike/health", "/nothing").replace("http://127.0.0.1:8765", server.url) for part in probe
    ]
    assert subprocess.run(well, capture_output=True, timeout=30, check=False).returncode == 0
    assert subprocess.run(ill, capture_output=True, timeout=30, check=False).returncode != 0


def test_what_is_copied_is_enough_to_build(tmp_path: Path) -> None:
    allowed = {line[1:] for line in (HOME / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = [word for line in instructions("COPY") if not line.startswith("--") for word in line.split()[:-1]]
    assert set(copied) == allowed
    for name in copied:
        copy = shutil.copytree if (HOME / name).is_dir() else shutil.copy
        copy(HOME / name, tmp_path / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "wheels")]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert list((tmp_path / "wheels").glob("*.whl"))


def test_it_does_not_run_as_root() -> None:
    assert instructions("USER")[-1].isdigit()
    assert int(instructions("USER")[-1]) > 0
