"""Redocly's linter and Prism take every document."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from lookalike_specs import list_api_ids, load_api, read_document

from ..ports import find_free_port

HERE = Path(__file__).parent / "node"
pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for api in list_api_ids():
        (folder / f"{api}.json").write_text(json.dumps(read_document(api)), "utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_redocly_finds_nothing(npm: Callable[[Path], Path], documents: Path, api: str) -> None:
    command: list[str | Path] = [
        npm(HERE) / "redocly",
        "lint",
        "--config",
        HERE / "redocly.yaml",
        "--format",
        "json",
        documents / f"{api}.json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(done.stdout[done.stdout.index("{") :])
    assert report["problems"] == []
    assert report["totals"]["errors"] == report["totals"]["warnings"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_prism_serves_it(npm: Callable[[Path], Path], documents: Path, api: str) -> None:
    port = find_free_port()
    command: list[str | Path] = [npm(HERE) / "prism", "mock", documents / f"{api}.json", "-p", str(port)]
    prism = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert status(f"http://127.0.0.1:{port}{load_api(api).operations[0].path}") in (400, 401, 405, 422)
    finally:
        prism.terminate()
        said, _ = prism.communicate(timeout=10)
    assert re.search(rf"{load_api(api).operations[0].method}\s+http", said)


def status(url: str) -> int:
    """The status of an empty request, once the server listens."""
    for _ in range(300):
        try:
            return int(urllib.request.urlopen(url, timeout=10).status)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError("Prism does not listen")
