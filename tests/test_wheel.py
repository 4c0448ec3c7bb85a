"""What a user installs holds everything that it needs, and nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
PACKAGES = {"lookalike", "lookalike_specs", "lookalike_mocks", "lookalike_contracts"}
ASK = """
from lookalike_mocks import Mock
from lookalike_specs import list_api_ids, load_api, vectors
mock = Mock()
title = mock.demo_state.catalogue.get_product(7).get_title("en")
print(sorted(mock.services) == list(list_api_ids()), len(list_api_ids()), load_api.__module__, title)
schemes = [vectors.load_suite(name).scheme for name in vectors.list_schemes()]
print("vectors", *schemes, (vectors.VECTORS_DIR / vectors.SCHEMA_FILE).exists())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=HOME, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


def test_it_holds_our_packages_alone(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if ".dist-info" not in top} == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_it_works_without_the_sources(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert process.stdout.startswith("True 5 lookalike_specs.load "), process.stderr
    assert process.stdout.endswith("\nvectors acs-roa acs-rpc acs3 daji-md5 oss-policy True\n")
