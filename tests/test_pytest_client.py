"""The sample client under the plugin: as it is, and with a bug planted, which the plugin finds."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent / "examples/pytest-client"
# schemathesis keeps Hypothesis from showing what fails
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:randomly", "-W", "error")


@pytest.fixture
def client(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOME, tmp_path / "client", ignore=shutil.ignore_patterns("__pycache__", ".*")))


def run(client: Path, planted: str, *only: str) -> subprocess.CompletedProcess[str]:
    # with CI, Hypothesis draws the same each time, and does not mind a slow machine
    environment = {**os.environ, "PLANTED": planted, "CI": "1"}
    command = [sys.executable, "-m", "pytest", *OPTIONS, *only]
    return subprocess.run(
        command, cwd=client, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_the_sample_clients_tests_are_green(client: Path) -> None:
    done = run(client, "")
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"6\d passed in .*", done.stdout.splitlines()[-1])


def test_what_its_readme_installs_is_built_whole(client: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(client / "dist")]
    subprocess.run(build, cwd=client, check=True, capture_output=True, timeout=120)
    (wheel,) = (client / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".dist-info/" not in name} == {"image_search.py", "planted.py"}


BUGS = {
    "UnsignedPage": [
        "ERROR tests/test_daji.py::test_all_pages - Failed",
        "2  signature: signed without beginPage: signed differs at byte 40: ours 'beginPage=2\\ncountry=en",
        "seed 7, 10000 goods",
        "2  GET /alibaba/product/imageQuery  HTTP 400  daji-1688/bad-sign",
    ],
    "NeverNull": [
        "FAILED tests/test_daji.py::test_every_situation[daji-1688/nulls]",
        "FAILED tests/test_daji.py::test_whatever_is_answered",
        "in the situation daji-1688/nulls",
        "reply=<HTTP 200, ",
    ],
    "WrongName": [
        "ERROR tests/test_tmapi.py::test_a_page_of_goods - Failed",
        "1  unknown: searchItemsByImageUrl has no parameter 'pageSize'; nearest: page_size",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize(("planted", "messages"), BUGS.items(), ids=BUGS)
def test_a_planted_bug_is_found(client: Path, planted: str, messages: list[str]) -> None:
    done = run(client, planted, messages[0].partition(" ")[2].partition("::")[0])
    assert done.returncode == 1, done.stdout
    assert [line for line in messages if line not in done.stdout] == [], done.stdout


def test_every_bug_that_is_there_is_tried() -> None:
    assert re.findall(r"^class (\w+)\(", (HOME / "planted.py").read_text("utf-8"), re.MULTILINE) == list(BUGS)
