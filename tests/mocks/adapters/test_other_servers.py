"""The application under ASGI servers of others: they answer as ours does, but for what ASGI has no words for."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp

from ...ports import find_free_port

# a clock that was set, as `Date` tells it
APP = """
from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp

app = MockApp(Mock("tmapi"))
app.mock.sandboxes.demo.clock.set(1_900_000_000)
"""
# how each is started, with PORT in the place of its port
COMMANDS = {
    "uvicorn": ["uvicorn", "--port", "PORT", "--log-level", "critical", "app:app"],
    "granian": ["granian", "--interface", "asgi", "--port", "PORT", "--log-level", "critical", "app:app"],
    "hypercorn": ["hypercorn", "--bind", "127.0.0.1:PORT", "app:app"],
}
TOKEN = "lookalike-demo-token"
SEARCH = "/1688/global/search/image?" + urlencode({"apiToken": TOKEN, "img_url": "https://cbu01.alicdn.com/x.jpg"})
CONVERSION = f"/1688/tools/image/convert_url?apiToken={TOKEN}"
START_SECONDS = 30


@pytest.fixture(scope="module", params=COMMANDS)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "app.py").write_text(APP, "utf-8")
    port = find_free_port()
    command = [part.replace("PORT", str(port)) for part in COMMANDS[request.param]]
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=folder)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as opened:
            wait_until_listening(opened)
            yield opened
    finally:
        process.terminate()
        process.wait(10)


def wait_until_listening(client: httpx.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            client.get("/_lookalike/health")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not listen")


def test_a_search_is_answered(client: httpx.Client) -> None:
    response = client.get(SEARCH)
    assert response.status_code == 200
    assert len(response.json()["data"]["items"]) == 20


def test_a_body_is_read(client: httpx.Client) -> None:
    response = client.post(CONVERSION, json={"url": "https://example.com/shoe.jpg"})
    assert response.json()["data"]["image_url"].startswith("/search/imgextra/")


def test_the_control_api_answers(client: httpx.Client) -> None:
    assert client.get("/_lookalike/health").json()["status"] == "ok"


def test_a_fault_that_breaks_the_connection_is_said_to_be_impossible(client: httpx.Client) -> None:
    response = client.get(SEARCH, headers={"Prefer": "example=tmapi/reset-before"})
    assert response.status_code == 501
    assert "does not hand out its connections" in json.loads(response.content)["error"]


def test_there_is_one_date(client: httpx.Client) -> None:
    """The server's own, which it writes in any case."""
    assert len(client.get(SEARCH).headers.get_list("date")) == 1


@pytest.mark.parametrize(
    ("date_header", "time_set", "date"),
    [
        (False, 1_900_000_000, None),
        (True, 1_900_000_000, "Sun, 17 Mar 2030 17:46:40 GMT"),
        # nobody else says it
        (True, None, "GMT"),
    ],
)
def test_the_applications_own_date_is_for_a_server_without_one(
    date_header: bool, time_set: int | None, date: str | None
) -> None:
    app = MockApp(Mock("tmapi"), date_header=date_header)
    if time_set:
        app.mock.sandboxes.demo.clock.set(time_set, runs=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as opened:
            return await opened.get(SEARCH)

    dates = asyncio.run(ask()).headers.get_list("date")
    assert len(dates) == (date is not None)
    assert dates == [] or str(date) in dates[0]
