"""The packages in examples/extend-*, installed beside us without a network: their API, their check, their scheme."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
PACKAGES = ("extend-api", "extend-check", "extend-scheme")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three packages, as pip installs them."""
    target = tmp_path_factory.mktemp("site")
    # hatchling writes nothing beside the sources, so that they can be built where they stand
    command = [
        sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet",
        "--disable-pip-version-check", "--no-cache-dir", "--target", str(target),
        *(str(EXAMPLES / name) for name in PACKAGES),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return target


def run(site: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the packages installed."""
    path = os.pathsep.join([*filter(None, sys.path), str(site)])
    environment = {**os.environ, "PYTHONPATH": path, "CI": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "lookalike", *args]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_the_apis_are_listed_beside_ours(site: Path) -> None:
    done = run(site, "apis", "--json")
    assert done.returncode == 0, done.stderr
    listed = {api["id"]: api for api in json.loads(done.stdout)}
    assert {"acme-orders", "acme-weather", "aliyun", "tmapi"} <= set(listed)
    assert listed["acme-weather"]["servers"] == ["https://weather.acme.example/v1"]


@pytest.mark.slow
def test_the_mocks_of_both_apis_are_found_without_fault(site: Path) -> None:
    done = run(site, "check", "acme-weather", "acme-orders", "--max-cases", "5", "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["findings"] == []


def test_the_check_is_explained(site: Path) -> None:
    done = run(site, "explain", "acme/server-header", "--json")
    assert [check["id"] for check in json.loads(done.stdout)] == ["acme/server-header"]


def test_the_scheme_shows_its_stages(site: Path) -> None:
    done = run(site, "sign", "acme-orders", "--json")
    assert done.returncode == 0, done.stderr
    assert "POST\n/orders\n\n" in json.loads(done.stdout)["stages"]["canonical"]


HANDLER = """
import httpx, lookalike
with lookalike.serve("acme-weather", "acme-orders", seed=3) as running:
    key = {"x-acme-key": "lookalike-demo-key"}
    print(httpx.get(running.url + "/towns/Oslo/forecast?days=1", headers=key).text)
    print(httpx.get(running.url + "/towns/Oslo/forecast?days=8", headers=key).status_code)
    print(httpx.get(running.url + "/status").json())
    print(httpx.post(running.url + "/orders", json={"item": "anvil", "count": 1}, headers=key).status_code)
"""


def test_the_handler_answers(site: Path) -> None:
    path = os.pathsep.join([*filter(None, sys.path), str(site)])
    process = subprocess.run(
        [sys.executable, "-c", HANDLER],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    days = '{"town":"Oslo","forecast":[{"day":1,"celsius":'
    lines = process.stdout.splitlines()
    assert lines[0].startswith(days), process.stderr
    assert lines[1:] == ["400", "{'status': 'up'}", "401"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["extend-api/acme_weather", "extend-scheme/acme_orders"])
def test_a_folder_can_be_named_without_an_installation(name: str, tmp_path: Path) -> None:
    done = run(
        tmp_path, "check", Path(name).name, "--import", str(EXAMPLES / name), "--only", "request", "--max-cases", "1"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_id_that_two_packages_want_is_one_line(site: Path) -> None:
    done = run(site, "apis", "--import", str(EXAMPLES / "extend-api" / "acme_weather"))
    assert done.returncode == 2
    # the handler of the folder is that of the installed package
    assert done.stderr == (
        f"Error: folder {str(EXAMPLES / 'extend-api' / 'acme_weather')!r}: cannot be imported: "
        "ValueError: two handlers are called 'acme-forecast'\n"
    )
