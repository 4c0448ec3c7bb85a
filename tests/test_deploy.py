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
}
SPOIL = {
    "compose.yaml": ("ports:", "prots:"),
    "workflow.yaml": ("runs-on:", "run-son:"),
    "kubernetes.yaml": ("replicas: 3", "replicas: three"),
}


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


@pytest.mark.parametrize("who", ["Dockerfile", *CHECKS])
def test_the_command_takes_the_arguments(who: str) -> None:
    program, *entry = json.loads(instructions("ENTRYPOINT")[0])
    assert program == "lookalike"
    name, command, rest = cli.resolve_command(cli.make_context("lookalike", [], resilient_parsing=True), entry)
    assert name == "serve"
    assert command is not None
    context: Any = command.make_context("serve", rest + arguments()[who])
    assert not context.args


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
