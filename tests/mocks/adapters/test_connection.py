"""The direct way and the way through ASGI on one connection: the same answers, in the order of the questions."""

import gc
import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.connection_state import Registry
from lookalike_mocks.adapters.head_cache import MAX_HEAD_BYTES, KnownHead
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.response_head import CONNECTION_HEADERS
from lookalike_mocks.adapters.server import Server
from lookalike_specs.messages import Request, Response

GET = b"GET /1688/global/search/image?apiToken=x HTTP/1.1\r\nhost: x\r\n%b\r\n"
POST = b"POST /api/client/third-purchase/image/query HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"
OURS = b"GET /_lookalike/health HTTP/1.1\r\nhost: localhost\r\n\r\n"
HASTE = 0.2


@pytest.fixture
def wire(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(address(server), timeout=5) as sock:
        yield sock


def address(server: Server) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return host, int(port)


def answers(sock: socket.socket, count: int) -> list[bytes]:
    """That many whole answers, heads and bodies."""
    heard = b""
    found: list[bytes] = []
    while len(found) < count:
        head, whole, rest = heard.partition(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0) if whole else 0
        if whole and len(rest) >= length:
            found.append(head + whole + rest[:length])
            heard = rest[length:]
            continue
        data = sock.recv(65536)
        if not data:
            break
        heard += data
    return found


def test_questions_of_both_kinds_are_answered_in_order(wire: socket.socket) -> None:
    wire.sendall(POST + GET % b"" + OURS + GET % b"" + POST)
    kinds = [b'"ret"' in each or (b'"status":"ok"' in each and b"ours") or b"get" for each in answers(wire, 5)]
    assert kinds == [True, b"get", b"ours", b"get", True]


def test_many_questions_at_once_are_all_answered(wire: socket.socket) -> None:
    wire.sendall((GET % b"") * 500 + OURS)
    heard = answers(wire, 501)
    assert all(each.startswith(b"HTTP/1.1 401") for each in heard[:500])
    assert b'"status":"ok"' in heard[500]


@pytest.mark.slow
def test_a_client_that_never_reads_is_made_to_wait(server: Server) -> None:
    asked = 0
    with socket.create_connection(address(server), timeout=HASTE) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with pytest.raises(TimeoutError):
            for _ in range(2000):
                sock.sendall((GET % b"") * 1000)
                asked += 1000
    assert asked < 1_000_000


def test_a_direct_answer_leaves_the_connection_open(wire: socket.socket) -> None:
    for _ in range(3):
        wire.sendall(GET % b"")
        assert answers(wire, 1)[0].startswith(b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json")


@pytest.mark.parametrize("line", [GET % b"connection: close\r\n", (GET % b"").replace(b"HTTP/1.1", b"HTTP/1.0")])
def test_a_client_that_wants_to_end_is_let_go(wire: socket.socket, line: bytes) -> None:
    wire.sendall(line)
    (answer,) = answers(wire, 1)
    assert b"connection: close" in answer
    assert wire.recv(1) == b""


def test_the_body_of_a_get_is_passed_over(wire: socket.socket) -> None:
    wire.sendall(GET % b"content-length: 5\r\n" + b"extra" + OURS)
    first, second = answers(wire, 2)
    assert first.startswith(b"HTTP/1.1 401")
    assert b'"status":"ok"' in second


def test_head_has_no_body(wire: socket.socket) -> None:
    wire.sendall(OURS.replace(b"GET", b"HEAD") + OURS)
    heard = b""
    while b'"status":"ok"' not in heard:
        heard += wire.recv(65536)
    assert heard.count(b"HTTP/1.1 200") == 2
    assert heard.count(b'"status":"ok"') == 1


RESTLESS = Limits(idle_seconds=HASTE, head_seconds=30.0)


def test_an_idle_connection_is_ended(mock: Mock) -> None:
    with Server(MockApp(mock), limits=RESTLESS) as hasty, socket.create_connection(address(hasty), timeout=5) as sock:
        sock.sendall(GET % b"")
        assert len(answers(sock, 1)) == 1
        assert sock.recv(1) == b""


class Broken(MockApp):
    """A mock with a fault of ours."""

    def respond_directly(self, request: Request) -> Response | None:
        raise RuntimeError("secret-of-ours")


def test_a_fault_of_ours_is_a_500_that_tells_nothing(mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with Server(Broken(mock)) as server, socket.create_connection(address(server), timeout=5) as sock:
        sock.sendall(GET % b"")
        heard = sock.recv(65536)
        assert sock.recv(1) == b""
    assert heard.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"secret-of-ours" not in heard
    assert b"apiToken" not in caplog.text.encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [POST, OURS, OURS.replace(b"health", b"images/none"), GET % b"", GET.replace(b"/image?", b"/imag?") % b""],
    ids=["POST", "ours", "ours-refused", "GET", "GET-refused"],
)
def test_a_request_leaves_no_circles_behind(wire: socket.socket, asked: bytes) -> None:
    """What the collector does not have to find costs nobody time."""

    def ask(count: int) -> None:
        for _ in range(count):
            wire.sendall(asked)
            assert len(answers(wire, 1)) == 1

    ask(5)
    gc.collect()
    gc.disable()
    try:
        ask(100)
        assert gc.collect() < 100
    finally:
        gc.enable()


def test_the_same_head_is_parsed_once_for_each_scheme() -> None:
    registry = Registry()
    known = KnownHead(Request(method="GET", path="/x"), "1.1", keeps_alive=True)
    registry.heads["http"].keep(b"GET /x HTTP/1.1\r\n\r\n", known)
    assert registry.heads["http"].get(b"GET /x HTTP/1.1\r\n\r\n") is known
    assert registry.heads["https"].get(b"GET /x HTTP/1.1\r\n\r\n") is None


def test_a_long_head_is_not_remembered() -> None:
    registry = Registry()
    known = KnownHead(Request(method="GET", path="/x"), "1.1", keeps_alive=True)
    registry.heads["http"].keep(b"GET /%b HTTP/1.1\r\n\r\n" % (b"x" * MAX_HEAD_BYTES), known)
    assert registry.heads["http"].size == 0


@pytest.mark.parametrize("line", [b"connection: close\r\n", b""])
def test_a_head_that_comes_again_ends_its_connection_or_not_as_the_first_one_did(server: Server, line: bytes) -> None:
    for _ in range(3):
        with socket.create_connection(address(server), timeout=5) as sock:
            sock.sendall(GET % line)
            (answer,) = answers(sock, 1)
            assert (b"connection: close" in answer) == bool(line)
            if line:
                assert sock.recv(1) == b""
            else:
                sock.sendall(GET % line)
                assert len(answers(sock, 1)) == 1


def test_a_head_of_http_1_0_that_comes_again_is_answered_as_the_first_one() -> None:
    heads = [CONNECTION_HEADERS[True, "1.1"], CONNECTION_HEADERS[True, "1.0"], CONNECTION_HEADERS[False, "1.0"]]
    with Server(MockApp(Mock("tmapi"))) as server:
        for _ in range(2):
            for version, line, expected in ((b"1", b"", heads[0]), (b"0", b"connection: keep-alive\r\n", heads[1])):
                with socket.create_connection(address(server), timeout=5) as sock:
                    sock.sendall(b"GET /x HTTP/1.%b\r\nhost: x\r\n%b\r\n" % (version, line))
                    (answer,) = answers(sock, 1)
                    assert expected in answer
                    assert b"connection: close" not in answer


CROWDED = Limits(bodies_bytes=150_000)
LONG_POST = (
    b"POST /alibaba/upload/image HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    b"content-length: 200000\r\n\r\n"
)


def test_long_bodies_of_all_connections_have_one_bound(mock: Mock) -> None:
    """A client that sends little is answered all the same, and so is who comes when there is room again."""
    with Server(MockApp(mock), limits=CROWDED) as crowded:
        with (
            socket.create_connection(address(crowded), timeout=5) as first,
            socket.create_connection(address(crowded), timeout=5) as second,
            socket.create_connection(address(crowded), timeout=5) as small,
        ):
            first.sendall(LONG_POST + b"x" * 100_000)
            # a response to this proves that the server has read what came before
            small.sendall(OURS)
            assert len(answers(small, 1)) == 1
            second.sendall(LONG_POST + b"x" * 100_000)
            assert second.recv(65536).startswith(b"HTTP/1.1 503 ")
            small.sendall(POST)
            assert len(answers(small, 1)) == 1
        for _ in range(5):
            with socket.create_connection(address(crowded), timeout=5) as later:
                later.sendall(LONG_POST.replace(b"200000", b"140000") + b"x" * 140_000)
                assert not later.recv(65536).startswith(b"HTTP/1.1 503 ")


def test_health_shows_the_bodies_that_are_under_way(mock: Mock) -> None:
    with Server(MockApp(mock)) as server:

        def get_bodies() -> dict[str, Any]:
            return httpx.get(f"{server.url}/_lookalike/health").json()["memory"]["bodies"]

        assert get_bodies() == {"used": 0, "limit": Limits().bodies_bytes, "kinds": {"requests": 0}}
        with socket.create_connection(address(server), timeout=5) as sender:
            sender.sendall(LONG_POST + b"x" * 100_000)
            wait_until(lambda: get_bodies()["used"] == 100_000)
        wait_until(lambda: get_bodies()["used"] == 0)


def test_what_a_body_took_is_given_back_whatever_became_of_it(mock: Mock) -> None:
    with Server(MockApp(mock)) as server:
        ((_, listener),) = server._running
        registry = listener._registry
        with socket.create_connection(address(server), timeout=5) as answered:
            answered.sendall(LONG_POST + b"x" * 200_000)
            assert len(answers(answered, 1)) == 1
        with socket.create_connection(address(server), timeout=5) as left:
            left.sendall(LONG_POST + b"x" * 100_000)
            wait_until(lambda: registry.body_bytes == 100_000)
        wait_until(lambda: registry.body_bytes == 0)


async def send_much(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Send more than any socket's buffers take."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(64):
        await send({"type": "http.response.body", "body": b"x" * 2**20, "more_body": True})


def test_a_client_that_reads_nothing_and_goes_leaves_no_task() -> None:
    with Server(send_much) as server:
        ((_, listener),) = server._running
        registry = listener._registry
        with socket.create_connection(address(server), timeout=5) as sock:
            sock.sendall(GET % b"")
            wait_until(lambda: any(each.transport.get_write_buffer_size() for each in registry.connections))
            assert registry.tasks
        wait_until(lambda: not registry.tasks)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
