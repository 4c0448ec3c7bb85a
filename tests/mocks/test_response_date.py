"""The header `Date`: a client whose clock is wrong sees the sandbox's time in every answer, and can mend itself."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_mocks.adapters.response_head import encode_closing_response, encode_head
from lookalike_mocks.adapters.respx_router import create_respx_router
from lookalike_mocks.adapters.server import Server

SEARCH = "/1688/global/search/image?img_url=https://cbu01.alicdn.com/x.jpg&apiToken="
DEMO = SEARCH + "lookalike-demo-token"
NOW = 1_795_220_788
WRITTEN = "Sat, 21 Nov 2026 00:26:28 GMT"


@pytest.fixture(params=["server", "httpx", "respx"])
def ways(request: pytest.FixtureRequest) -> Iterator[tuple[Mock, httpx.Client]]:
    """A mock, and a client that reaches it."""
    mock = Mock("tmapi", "aliyun")
    if request.param == "server":
        with Server(MockApp(mock)) as server, httpx.Client(base_url=server.url) as client:
            yield mock, client
    elif request.param == "httpx":
        with httpx.Client(base_url="http://api.tmapi.top", transport=HttpxTransport(mock)) as client:
            yield mock, client
    else:
        with create_respx_router(mock), httpx.Client(base_url="http://api.tmapi.top") as client:
            yield mock, client


def is_now(response: httpx.Response) -> bool:
    return abs(parsedate_to_datetime(response.headers["date"]).timestamp() - time.time()) < 60


def test_an_answer_says_the_real_time_where_nobody_set_a_clock(ways: tuple[Mock, httpx.Client]) -> None:
    _, client = ways
    for path in (DEMO, SEARCH, "/1688/nowhere"):
        response = client.get(path)
        assert response.headers.get_list("date") == [response.headers["date"]]
        assert is_now(response), path


def test_an_answer_says_the_time_of_its_sandbox(ways: tuple[Mock, httpx.Client]) -> None:
    mock, client = ways
    sandbox = mock.create_sandbox()
    sandbox.state.clock.set(NOW, runs=False)
    key = sandbox.credentials["tmapi"]["apiToken"]
    good = client.get(SEARCH + key)
    refused = client.get("/1688/global/search/image?apiToken=" + key)
    assert (good.status_code, good.headers.get_list("date")) == (200, [WRITTEN])
    assert (refused.status_code, refused.headers.get_list("date")) == (422, [WRITTEN])
    # the sandbox of another is not concerned
    assert is_now(client.get(DEMO))
    sandbox.state.clock.reset()
    assert is_now(client.get(SEARCH + key))


@pytest.mark.parametrize("fault", ["malformed-json", "html-502"])
def test_a_fault_has_the_time_of_its_sandbox_too(fault: str, ways: tuple[Mock, httpx.Client]) -> None:
    mock, client = ways
    sandbox = mock.create_sandbox()
    sandbox.state.clock.set(NOW, runs=False)
    headers = {"prefer": f"example=tmapi/{fault}"}
    response = client.get(SEARCH + sandbox.credentials["tmapi"]["apiToken"], headers=headers)
    assert response.headers.get_list("date") == [WRITTEN]


@pytest.mark.parametrize(
    ("now", "written"),
    [
        (-1e18, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1e18, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_a_clock_that_no_date_can_tell_gives_the_nearest(now: float, written: str) -> None:
    mock = Mock("tmapi", clock=lambda: now)
    with httpx.Client(base_url="http://api.tmapi.top", transport=HttpxTransport(mock)) as client:
        assert client.get(DEMO).headers["date"] == written


def test_the_servers_own_answers_have_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW + 0.9)
    assert f"date: {WRITTEN}\r\n".encode() in encode_closing_response(b"400 Bad Request")
    assert f"date: {WRITTEN}\r\n".encode() in encode_head(404, "text/plain", ())
    monkeypatch.setattr(time, "time", lambda: NOW + 1.0)
    assert b"00:26:29 GMT" in encode_head(404, "text/plain", ())


def test_the_control_api_says_the_real_time() -> None:
    with Server(MockApp(Mock("tmapi"))) as server:
        assert is_now(httpx.get(f"{server.url}/_lookalike/health"))
