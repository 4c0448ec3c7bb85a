"""A client's tests under pytest-xdist: one shared server, a sandbox for each of xdist's processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

CONFTEST = """
import os
import httpx
import pytest

URL, TOKEN = os.environ["LOOKALIKE_URL"], os.environ["LOOKALIKE_CONTROL_TOKEN"]


@pytest.fixture(scope="session")
def control():
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        yield client


@pytest.fixture(scope="session")
def sandbox(control):
    return control.post(f"{URL}/_lookalike/sandboxes", json={"quota": {"count": 100}}).json()
"""
TESTS = """
import json
import os
from pathlib import Path
import httpx
import pytest

SENT = []


@pytest.mark.parametrize("number", range(12))
def test_search(sandbox, control, number):
    tmapi = sandbox["apis"]["tmapi"]
    token, picture = tmapi["credentials"]["apiToken"], f"https://cbu01.alicdn.com/{number}.jpg"
    asked = {"apiToken": token, "img_url": picture, "page_size": 1}
    assert httpx.get(f"{tmapi['base_url']}/1688/global/search/image", params=asked).json()["code"] == 200
    SENT.append(number)
    at = f"{sandbox['base_url']}/_lookalike/sandboxes/{sandbox['id']}/journal"
    urls = [entry["request"]["url"] for entry in control.get(at).json()["entries"]]
    assert len(urls) == len(SENT)
    assert all(f"{sent}.jpg" in url for sent, url in zip(SENT, urls))
    Path(f"seen-{os.getpid()}.json").write_text(json.dumps([sandbox["id"], SENT]))
"""


@pytest.mark.slow
def test_each_process_has_its_own_sandbox_on_one_server(serving, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "test_client.py").write_text(TESTS, "utf-8")
    with serving("tmapi", "--workers", "2", "--port", "0", "--json") as process:
        payload = json.loads(process.stdout.readline())
        environment = {"LOOKALIKE_URL": payload["url"], "LOOKALIKE_CONTROL_TOKEN": payload["control_token"]}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
            cwd=tmp_path, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        headers = {"Authorization": f"Bearer {payload['control_token']}"}
        listed = [httpx.get(f"{url}/_lookalike/sandboxes", headers=headers).json() for url in payload["workers"]]
    seen = [json.loads(path.read_text("utf-8")) for path in tmp_path.glob("seen-*.json")]
    assert len({name for name, _ in seen}) == 2
    assert sorted(number for _, numbers in seen for number in numbers) == list(range(12))
    there = {sandbox["id"] for page in listed for sandbox in page["sandboxes"]}
    assert {name for name, _ in seen} <= there
