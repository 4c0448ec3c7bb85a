"""`lookalike serve --workers`: one dies, the others answer on, and what it remembered is named as gone."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from lookalike_mocks.catalogue.ids import encode_image_id
from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import daji

from ..ports import find_free_port

APIS = ("daji-1688", "tmapi")
PATH = "/1688/global/search/image"
PICTURE = "https://cbu01.alicdn.com/img/ibank/x.jpg"
PATIENCE = 30


@pytest.fixture(scope="module")
def told(serving) -> Iterator[dict]:
    with serving(*APIS, "--workers", "2", "--port", "0", "--json") as process:
        yield {**json.loads(process.stdout.readline()), "process": process}


def control(told: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {told['control_token']}"}


def health(url: str) -> dict:
    payload: dict = httpx.get(f"{url}/_lookalike/health").json()
    return payload


def search(url: str, token: str) -> httpx.Response:
    return httpx.get(url + PATH, params={"apiToken": token, "img_url": PICTURE})


def sandbox(told: dict, url: str) -> dict:
    made = httpx.post(f"{url}/_lookalike/sandboxes", json={}, headers=control(told))
    assert made.status_code == 201
    payload: dict = made.json()
    return payload


def token_of(found: dict) -> str:
    return str(found["apis"]["tmapi"]["credentials"]["apiToken"])


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def reached(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_lookalike/health").status_code == 200
    except httpx.TransportError:
        return False


def signed_search(url: str, picture: str) -> httpx.Response:
    account = load_api("daji-1688").account
    query = urlencode({"imageId": picture, "beginPage": 1, "pageSize": 5, "country": "en"}).encode()
    request = Request(method="GET", path="/alibaba/product/imageQuery", query=query)
    signed = daji.sign_request(request, account["appKey"], account["appSecret"])
    return httpx.get(f"{url}{signed.path}?{signed.query.decode()}")


@pytest.mark.slow
def test_each_worker_has_a_base_url_of_its_own(told: dict) -> None:
    assert len({told["url"], *told["workers"]}) == 3
    assert [health(url)["worker"] for url in told["workers"]] == [1, 2]
    until(lambda: {health(told["url"])["worker"] for _ in range(10)} == {1, 2})


def test_a_sandbox_lives_in_the_worker_that_its_base_url_names(told: dict) -> None:
    for url, other in (told["workers"], told["workers"][::-1]):
        made = sandbox(told, url)
        assert made["base_url"] == url
        assert search(url, token_of(made)).status_code == 200
        astray = search(other, token_of(made))
        assert (astray.status_code, astray.json()["base_url"]) == (421, url)


class Load(threading.Thread):
    """Searches one after the other until it is told to stop."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(daemon=True)
        self.url, self.token = url, token
        self.answered: list[int] = []
        self.failed: list[Exception] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.answered.append(search(self.url, self.token).status_code)
            except httpx.TransportError as gone:
                self.failed.append(gone)


@pytest.mark.slow
def test_a_killed_worker_takes_only_its_own_sandboxes_with_it(told: dict) -> None:
    first, second = told["workers"]
    doomed, safe = sandbox(told, first), sandbox(told, second)
    picture = encode_image_id(4711)
    before = signed_search(told["url"], picture).json()["data"]
    demo = Load(told["url"], load_api("tmapi").account["apiToken"])
    spared = Load(second, token_of(safe))
    for load_ in (demo, spared):
        load_.start()
    until(lambda: len(demo.answered) > 20 and len(spared.answered) > 20)

    was = health(first)
    os.kill(was["pid"], signal.SIGKILL)
    until(lambda: reached(first) and health(first)["pid"] != was["pid"])
    seen = len(demo.answered)
    until(lambda: len(demo.answered) > seen + 20)
    for load_ in (demo, spared):
        load_.over.set()
        load_.join(PATIENCE)

    # who was with the other worker noticed nothing; who came by the shared port lost what the dead one held in hand
    assert set(spared.answered) == {200}
    assert not spared.failed
    assert set(demo.answered) == {200}
    assert health(first)["generation"] == was["generation"] + 1
    gone = search(first, token_of(doomed))
    assert gone.status_code == 410
    assert doomed["id"] in gone.json()["error"]
    assert "worker 1" in gone.json()["reason"]
    assert httpx.get(f"{first}/_lookalike/sandboxes/{doomed['id']}", headers=control(told)).status_code == 410
    assert search(second, token_of(safe)).status_code == 200
    after = signed_search(told["url"], picture).json()["data"]
    assert [item["offerId"] for item in after["data"]] == [item["offerId"] for item in before["data"]]
    assert "worker 1 was ended by signal 9" in told["process"].stderr.readline()


def test_the_ports_of_the_workers_are_the_next_ones(serving) -> None:
    port = find_free_port(3)
    with serving("tmapi", "--workers", "2", "--port", str(port), "--json") as process:
        payload = json.loads(process.stdout.readline())
    assert payload["workers"] == [f"http://127.0.0.1:{port + 1}", f"http://127.0.0.1:{port + 2}"]


def test_a_port_that_other_workers_share_is_taken(told: dict, serving) -> None:
    port = told["url"].rpartition(":")[2]
    with serving("tmapi", "--workers", "2", "--port", port) as process:
        assert process.wait(PATIENCE) == 2
        said = process.stderr.read()
    assert said.startswith(f"Error: cannot listen on 127.0.0.1 port {port}")
    assert said.count("\n") == 1


def test_clients_come_by_the_public_host(serving) -> None:
    with serving("tmapi", "--workers", "2", "--public-host", "localhost", "--port", "0", "--json") as process:
        payload = json.loads(process.stdout.readline())
        assert all(url.startswith("http://localhost:") for url in (payload["url"], *payload["workers"]))
        assert sandbox(payload, payload["workers"][0])["base_url"] == payload["workers"][0]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_them_all(serving, number: signal.Signals) -> None:
    with serving("tmapi", "--workers", "2", "--port", "0", "--json") as process:
        payload = json.loads(process.stdout.readline())
        pids = [health(url)["pid"] for url in payload["workers"]]
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.slow
def test_no_worker_outlives_its_supervisor(serving) -> None:
    with serving("tmapi", "--workers", "2", "--port", "0", "--json") as process:
        payload = json.loads(process.stdout.readline())
        process.kill()
        process.wait(PATIENCE)
        until(lambda: not any(reached(url) for url in payload["workers"]))


STILLBORN = """
import sys
from lookalike_mocks.adapters.workers import Supervisor
supervisor = Supervisor(lambda *_: None, "127.0.0.1", 0, 2, notify=print)
sys.exit(supervisor.run(lambda: print("ready")))
"""


def test_workers_that_do_not_start_are_not_announced() -> None:
    process = subprocess.run(
        [sys.executable, "-c", STILLBORN], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (process.returncode, process.stderr) == (1, "")
    # whichever ends first
    assert re.fullmatch(r"worker [12] does not start\n", process.stdout)


@pytest.mark.slow
def test_each_workers_lines_of_the_log_stay_whole(serving):
    with serving("tmapi", "--workers", "2", "--port", "0", "--json") as process:
        workers = json.loads(process.stdout.readline())["workers"]
        query = {"apiToken": "lookalike-demo-token", "img_url": "https://cbu01.alicdn.com/x.jpg"}
        for _ in range(30):
            for url in workers:
                assert httpx.get(f"{url}{PATH}", params=query, timeout=10).status_code == 200
        lines = [json.loads(process.stdout.readline()) for _ in range(60)]
    assert {line["status"] for line in lines} == {200}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize(("port", "count", "most"), [(65535, 2, 65533), (65534, 2, 65533), (65500, 64, 65471)])
def test_workers_whose_ports_would_be_beyond_the_last_one_are_refused(port, count, most):
    done = serve_once("--port", str(port), "--workers", str(count))
    assert done.returncode == 2
    line = f"--port {port} has not {count} ports behind it, one for each of --workers {count}; it can be {most} at most"
    assert (done.stdout, done.stderr) == ("", f"Error: {line}\n")


def test_a_workers_own_port_that_is_taken_is_named():
    port = find_free_port(3)
    with socket.create_server(("127.0.0.1", port + 2)):
        done = serve_once("--port", str(port), "--workers", "2")
    assert done.returncode == 2
    assert f"Address already in use (port {port + 2}, of worker 2)" in done.stderr
    assert done.stderr.count("\n") == 1


def serve_once(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lookalike", "serve", "tmapi", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_too_few_files_for_the_workers_are_one_line_and_exit_2():
    command = f"ulimit -n 16; exec {sys.executable} -m lookalike serve tmapi --port 0 --workers 2"
    process = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert process.returncode == 2
    # how many are open already depends on the system
    assert re.fullmatch(
        r"Error: `lookalike serve` needs \d+ files and sockets, and may open \d+ more: "
        r"raise the limit, with `ulimit -n 1024`\n",
        process.stderr,
    )
