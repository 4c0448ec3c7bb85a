"""Clients that take their answer slowly: what is steady is served to its end, what only dribbles is ended."""

import socket
import time

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
BYTES_PER_SECOND = 100_000
PIECE = 2000


def serve_with_rate(rate: float) -> Server:
    limits = Limits(
        unread_response_seconds=1.0, response_bytes_per_second=rate, idle_seconds=1.0, body_pause_seconds=1.0
    )
    return Server(MockApp(Mock("tmapi")), limits=limits)


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


def read_slowly(sock: socket.socket, seconds: float) -> bool:
    """Read so many bytes a second for so long. Return whether the server ended the connection."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_reset(sock):
            return True
        sock.recv(PIECE)
        time.sleep(PIECE / BYTES_PER_SECOND)
    return False


def test_a_client_that_reads_below_the_least_rate_is_ended() -> None:
    with serve_with_rate(20.0 * BYTES_PER_SECOND) as server, connect(server) as sock:
        ask_much(sock)
        assert read_slowly(sock, 8)


@pytest.mark.slow
def test_a_client_that_reads_slowly_and_steadily_is_served() -> None:
    # less in the time that it may stand still than the system takes at once
    with serve_with_rate(0.1 * BYTES_PER_SECOND) as server, connect(server) as sock:
        ask_much(sock)
        assert not read_slowly(sock, 4)


def test_a_client_that_reads_nothing_is_ended() -> None:
    with serve_with_rate(0.0) as server, connect(server) as sock:
        ask_much(sock)
        deadline = time.monotonic() + 8
        while not is_reset(sock) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert time.monotonic() < deadline


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
