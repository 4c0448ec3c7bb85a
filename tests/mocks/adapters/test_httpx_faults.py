"""In the process a client meets the same as on a socket: one table of faults goes through every adapter."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import create_tls_contexts, list_host_names
from lookalike_mocks.adapters.httpx_faults import DELAY_EXTENSION
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_mocks.adapters.respx_router import create_respx_router
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.faults import FAULTS, Delay
from lookalike_mocks.sandbox import Sandbox

PATH = "/1688/global/search/image"
REAL = f"http://api.tmapi.top{PATH}"
SECONDS, HASTE = 20.0, 0.2
SHORT, LONG = Delay(seconds=0.2), Delay(seconds=50)


@dataclass(frozen=True)
class Asked:
    """A request of a sandbox, and where there is a server for it."""

    mock: Mock
    server: Server
    sandbox: Sandbox
    patience: float = SECONDS

    def request(self, url: str) -> httpx.Request:
        query = {"apiToken": self.sandbox.credentials["tmapi"]["apiToken"], "img_url": "https://cbu01.alicdn.com/x.jpg"}
        timeout = httpx.Timeout(SECONDS, read=self.patience)
        return httpx.Request("GET", url, params=query, extensions={"timeout": timeout.as_dict()})


def by_socket(asked: Asked) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.send(asked.request(asked.server.url + PATH))


def by_async_socket(asked: Asked) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.send(asked.request(asked.server.url + PATH))

    return asyncio.run(send())


def by_transport(asked: Asked) -> httpx.Response:
    with httpx.Client(transport=HttpxTransport(asked.mock)) as client:
        return client.send(asked.request(REAL))


def by_async_transport(asked: Asked) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=HttpxTransport(asked.mock)) as client:
            return await client.send(asked.request(REAL))

    return asyncio.run(send())


def by_respx(asked: Asked) -> httpx.Response:
    with create_respx_router(asked.mock), httpx.Client() as client:
        return client.send(asked.request(REAL))


def by_async_respx(asked: Asked) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.send(asked.request(REAL))

    with create_respx_router(asked.mock):
        return asyncio.run(send())


SOCKETS = (by_socket, by_async_socket)
PROCESS = (by_transport, by_async_transport, by_respx, by_async_respx)
WAYS = pytest.mark.parametrize("way", SOCKETS + PROCESS, ids=lambda way: way.__name__)
Way = Callable[[Asked], httpx.Response]

# what httpx raises; where it raises nothing, the status and how many bytes of the body are missing, a half being -1
MET: dict[str, object] = {
    "latency": (200, 0),
    "slow-body": (200, 0),
    "reset-before": httpx.ReadError,
    "reset-inside": httpx.ReadError,
    "truncated-body": httpx.RemoteProtocolError,
    "wrong-content-length": (200, -1),
    "malformed-chunk": httpx.RemoteProtocolError,
    "malformed-json": (200, 1),
    "html-502": (502, None),
    "wrong-certificate": httpx.ConnectError,
}


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock("tmapi")


@pytest.fixture(scope="module")
def server(mock: Mock) -> Iterator[Server]:
    with Server(MockApp(mock)) as running:
        yield running


@pytest.fixture
def asked(mock: Mock, server: Server) -> Asked:
    return Asked(mock, server, mock.create_sandbox())


def test_every_fault_is_in_the_table() -> None:
    assert set(MET) == set(FAULTS)


@pytest.mark.exhaustive(4)
@WAYS
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "wrong-certificate"])
def test_the_same_is_met_by_every_adapter(asked: Asked, way: Way, fault: str) -> None:
    good = by_transport(asked)
    with asked.sandbox.situation(f"tmapi/{fault}", times=1, delay=SHORT):
        began = time.monotonic()
        assert met(way, asked, len(good.content)) == MET[fault]
    if fault in ("latency", "slow-body"):
        assert time.monotonic() - began >= SHORT.seconds
    assert way(asked).content == good.content
    assert [entry.situation for entry in asked.sandbox.journal.entries] == ["", fault, ""]


def met(way: Way, asked: Asked, size: int) -> object:
    try:
        answer = way(asked)
    except httpx.TransportError as error:
        assert error.request.url.path == PATH
        return type(error)
    if answer.status_code != 200:
        return answer.status_code, None
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert DELAY_EXTENSION not in answer.extensions
    missing = size - len(answer.content)
    return 200, -1 if missing == size - size // 2 else missing


@pytest.mark.exhaustive(4)
@WAYS
@pytest.mark.parametrize("fault", ["latency", "slow-body"])
def test_no_client_waits_longer_than_it_wants_to(asked: Asked, way: Way, fault: str) -> None:
    hasty = Asked(asked.mock, asked.server, asked.sandbox, HASTE)
    with asked.sandbox.situation(f"tmapi/{fault}", delay=LONG):
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            way(hasty)
    assert HASTE <= time.monotonic() - began < 10


@pytest.mark.parametrize("way", PROCESS, ids=lambda way: way.__name__)
def test_a_wrong_certificate_ends_the_connecting(asked: Asked, way: Way) -> None:
    with (
        asked.sandbox.situation("tmapi/wrong-certificate", times=1),
        pytest.raises(httpx.ConnectError, match=r"not valid for 'api\.tmapi\.top'"),
    ):
        way(asked)
    assert way(asked).status_code == 200


def by_tls(asked: Asked, trusting: ssl.SSLContext) -> httpx.Response:
    with httpx.Client(trust_env=False, verify=trusting) as client:
        return client.send(asked.request(asked.server.tls_url + PATH))


def by_async_tls(asked: Asked, trusting: ssl.SSLContext) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, verify=trusting) as client:
            return await client.send(asked.request(asked.server.tls_url + PATH))

    return asyncio.run(send())


@pytest.mark.parametrize("way", [by_tls, by_async_tls], ids=lambda way: way.__name__)
def test_a_wrong_certificate_ends_the_next_connecting_on_a_socket(
    mock: Mock, way: Callable[[Asked, ssl.SSLContext], httpx.Response]
) -> None:
    secured = create_tls_contexts(list_host_names(mock, "127.0.0.1"))
    trusting = ssl.create_default_context(cadata=secured.ca)
    with Server(MockApp(mock), tls=secured) as server:
        asked = Asked(mock, server, mock.create_sandbox())
        with asked.sandbox.situation("tmapi/wrong-certificate", times=1):
            # Python's `ssl` hides a reset from a synchronous client
            with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                way(asked, trusting)
            with pytest.raises(httpx.ConnectError, match="not valid for"):
                way(asked, trusting)
            assert way(asked, trusting).status_code == 200


@pytest.mark.parametrize("fault", ["reset-inside", "truncated-body", "malformed-chunk"])
def test_what_came_before_the_break_can_be_read(asked: Asked, fault: str) -> None:
    good, heard = by_transport(asked).content, b""
    with (
        asked.sandbox.situation(f"tmapi/{fault}", times=1),
        httpx.Client(transport=HttpxTransport(asked.mock)) as client,
        pytest.raises(httpx.TransportError),
        client.stream("GET", asked.request(REAL).url) as answer,
    ):
        for piece in answer.iter_bytes():
            heard += piece
    assert heard == good[: len(good) // 2]


def test_an_answer_in_the_process_that_is_late_holds_nobody_else_up(asked: Asked) -> None:
    """Three of them on one loop, two seconds each."""

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=HttpxTransport(asked.mock)) as client:
            return await asyncio.gather(*(client.send(asked.request(REAL)) for _ in range(3)))

    with asked.sandbox.situation("tmapi/latency", delay=Delay(seconds=2)):
        began = time.monotonic()
        assert [answer.status_code for answer in asyncio.run(send())] == [200] * 3
        assert 2 <= time.monotonic() - began < 5


def test_respx_writes_its_calls_down(asked: Asked) -> None:
    with create_respx_router(asked.mock) as routes, httpx.Client() as client:
        with asked.sandbox.situation("tmapi/reset-before", times=1), pytest.raises(httpx.ReadError):
            client.send(asked.request(REAL))
        client.send(asked.request(REAL))
        assert [call.request.url.path for call in routes.calls] == [PATH, PATH]
