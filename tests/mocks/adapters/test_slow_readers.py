"""Clients that take their answer slowly: what is steady is served to its end, what only dribbles is ended."""

import socket
import time
from collections.abc import Iterator

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.response_progress import ResponseProgress
from lookalike_mocks.adapters.server import Server

SEARCH = (
    b"GET /1688/global/search/image?apiToken=lookalike-demo-token&page_size=20&img_url=https://cbu01.alicdn.com/x.jpg"
    b" HTTP/1.1\r\nHost: a\r\n\r\n"
)
# so many that no system takes all of their answers into its buffers
COUNT = 2000
HURRY = Limits(
    unread_response_seconds=0.5, response_bytes_per_second=200_000.0, idle_seconds=0.5, body_pause_seconds=0.5
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(MockApp(Mock("tmapi")), limits=HURRY) as running:
        yield running


def connect(server: Server) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").partition(":")
    sock = socket.socket()
    # before it connects, or the system has chosen a window already
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(5)
    sock.connect((host, int(port)))
    return sock


def ask_much(sock: socket.socket) -> None:
    """Send requests until the server takes no more of them, as their answers are not read."""
    sock.setblocking(False)
    data = SEARCH * COUNT
    try:
        while data:
            data = data[sock.send(data) :]
    except BlockingIOError:
        pass
    sock.settimeout(5)


def is_reset(sock: socket.socket) -> bool:
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def test_a_client_that_takes_a_byte_now_and_then_is_ended(server: Server) -> None:
    with connect(server) as sock:
        ask_much(sock)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not is_reset(sock):
            sock.recv(1)
            time.sleep(0.05)
        assert time.monotonic() < deadline


def test_a_client_that_takes_its_answers_steadily_gets_all_of_them(server: Server) -> None:
    with connect(server) as sock:
        ask_much(sock)
        heard = bytearray()
        deadline = time.monotonic() + 3
        # for longer than a client may stand still, and with pauses
        while time.monotonic() < deadline:
            piece = sock.recv(65536)
            assert piece
            heard += piece
            time.sleep(0.001)
        assert not is_reset(sock)
    assert heard.count(b"HTTP/1.1 200 OK\r\n") == heard.count(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("steps", "is_too_slow"),
    [
        # (seconds, bytes that wait): standing still
        ([(0, 1000), (29, 1000)], False),
        ([(0, 1000), (31, 1000)], True),
        # a byte now and then
        ([(0, 500_000), (10, 499_999), (20, 499_998), (29, 499_997)], False),
        ([(0, 500_000), (10, 499_999), (20, 499_998), (31, 499_997)], True),
        # thin but steady
        ([(0, 500_000), (20, 478_000), (40, 458_000), (60, 437_000)], False),
        # fast at first, then a byte now and then
        ([(0, 500_000), (10, 460_000), (35, 459_999), (41, 459_998)], True),
        # all was read, and the next answer waits
        ([(0, 1000), (25, 0), (50, 1000), (79, 999)], False),
    ],
)  # fmt: skip
def test_what_counts_as_too_slow(steps: list[tuple[float, int]], is_too_slow: bool) -> None:
    progress = ResponseProgress(Limits())
    for now, waiting_size in steps:
        progress.update(waiting_size, now)
    assert (progress.compute_seconds_left(steps[-1][0]) <= 0) == is_too_slow
