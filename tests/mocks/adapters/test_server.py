"""The thread server on a real socket: bad clients get an answer or an end, and harm nobody else."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.server import Listener, Server, bind_socket
from lookalike_specs import load_api

HEALTH = b"GET /_lookalike/health HTTP/1.1\r\nhost: localhost\r\n\r\n"
HASTE = 0.3


HASTY = Limits(head_seconds=HASTE, body_pause_seconds=HASTE)


@pytest.fixture(scope="module")
def hasty(mock: Mock) -> Iterator[Server]:
    """A server that waits for nobody."""
    with Server(MockApp(mock), limits=HASTY) as running:
        yield running


def talk(server: Server, *parts: bytes, pause: float = 0.0, wait: float = 5.0) -> bytes:
    """Send the parts; everything that comes back until the other side ends or is silent."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=wait) as sock:
        for part in parts:
            sock.sendall(part)
            time.sleep(pause)
        return hear(sock)


def hear(sock: socket.socket) -> bytes:
    heard = b""
    try:
        while data := sock.recv(65536):
            heard += data
            if b"content-length: " in heard and complete(heard):
                break
    except (TimeoutError, ConnectionResetError):
        pass
    return heard


def complete(heard: bytes) -> bool:
    head, _, body = heard.partition(b"\r\n\r\n")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return len(body) >= length


def status(heard: bytes) -> bytes:
    return heard[9:12]


def test_health(server: Server) -> None:
    assert status(talk(server, HEALTH)) == b"200"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"\x00" * 200,
    ],
)
def test_what_is_not_http_gets_an_error_and_an_end(server: Server, garbage: bytes) -> None:
    heard = talk(server, garbage)
    assert status(heard) in (b"400", b"404", b"405")
    assert b"Traceback" not in heard


def test_a_slow_head_is_ended(hasty: Server) -> None:
    began = time.monotonic()
    heard = talk(hasty, b"GET / HTTP/1.1\r\nhost")
    assert status(heard) == b"408"
    assert time.monotonic() - began < 10 * HASTE


def test_a_silent_client_is_ended(hasty: Server) -> None:
    assert status(talk(hasty)) == b"408"


def test_a_second_head_has_a_deadline_too(hasty: Server) -> None:
    host, _, port = hasty.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall(HEALTH)
        assert status(hear(sock)) == b"200"
        sock.sendall(b"GET / HTT")
        assert status(hear(sock)) == b"408"


def test_an_endless_head_is_ended(server: Server) -> None:
    line = b"x-filler: " + b"a" * 1000 + b"\r\n"
    heard = talk(server, b"GET / HTTP/1.1\r\n", *([line] * (Limits().head_bytes // len(line) + 2)))
    assert status(heard) == b"431"


def test_an_endless_head_in_one_piece_is_ended_as_well(server: Server) -> None:
    assert status(talk(server, b"GET / HTTP/1.1\r\nx-filler: " + b"a" * Limits().head_bytes)) == b"431"


@pytest.mark.parametrize(
    ("count", "answer"), [(Limits().headers - 1, b"404"), (Limits().headers, b"431"), (16_000, b"431")]
)
def test_a_head_of_too_many_headers_is_refused_before_it_is_read(server: Server, count: int, answer: bytes) -> None:
    """Each takes some microseconds to read, however short it is; `Host` is one more."""
    head = b"GET /nowhere HTTP/1.1\r\nhost: x\r\n" + b"a:\r\n" * count + b"\r\n"
    began = time.process_time()
    assert status(talk(server, head)) == answer
    assert time.process_time() - began < 0.1


def test_what_stands_before_a_head_is_none_of_it(server: Server) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    length, body = Limits().head_bytes + 1, b"a" * (Limits().head_bytes + 1)
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall(b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length)
        time.sleep(0.1)
        sock.sendall(body + HEALTH + last[:9])
        time.sleep(0.1)
        sock.sendall(last[9:])
        heard = b"".join(iter(lambda: sock.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+) ", heard) == [b"404", b"200", b"200"]


def test_a_slow_body_gets_the_vendors_error(hasty: Server) -> None:
    path = b"/api/client/third-purchase/image/query"
    key = load_api("hiobuy").account["X-Uuid"].encode()
    body = b'{"img": "https://cbu01.alicdn.com/x.jpg", "platform": "1688"}'
    head = b"POST " + path + b" HTTP/1.1\r\nhost: x\r\nx-uuid: " + key + b"\r\ncontent-type: application/json\r\n"
    assert b'"ret":1,' in talk(hasty, head + b"content-length: %d\r\n\r\n" % len(body) + body)
    began = time.monotonic()
    heard = talk(hasty, head + b"content-length: %d\r\n\r\n" % (len(body) + 1) + body)
    assert b'"ret"' in heard
    assert b'"ret":1,' not in heard
    assert time.monotonic() - began < 10 * HASTE


def test_a_body_may_take_as_long_as_the_api_says(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Mock("aliyun").get_body_seconds("/"), mock.get_body_seconds("/nowhere")) == (5, 0)
    monkeypatch.setattr(Mock, "get_body_seconds", lambda _, path: HASTE if path == "/" else 0)
    began = time.monotonic()
    with Server(MockApp(Mock("aliyun"))) as patient:
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        assert talk(patient, head + b"content-length: 9\r\n\r\nNum=1").startswith(b"HTTP/1.1 4")
    assert time.monotonic() - began < 10 * HASTE


def test_a_body_over_the_limit_gets_the_vendors_error(server: Server) -> None:
    path, body = b"/api/client/third-purchase/image/query", b"{" + b" " * 200_000 + b"}"
    for framing, sent in (
        (b"content-length: %d" % len(body), body),
        (b"transfer-encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)),
    ):
        heard = talk(server, b"POST " + path + b" HTTP/1.1\r\nhost: x\r\n" + framing + b"\r\n\r\n" + sent)
        assert b'"ret"' in heard
        assert b'"ret":1,' not in heard


def test_a_client_that_leaves_harms_nobody(server: Server) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), timeout=5) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf")
    assert status(talk(server, HEALTH)) == b"200"


def test_slow_clients_do_not_hold_up_others(server: Server) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    slow = [socket.create_connection((host, int(port)), timeout=5) for _ in range(50)]
    try:
        for sock in slow:
            sock.sendall(b"GET / HT")
        assert status(talk(server, HEALTH)) == b"200"
    finally:
        for sock in slow:
            sock.close()


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    heard = talk(server, HEALTH + b"GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", wait=2)
    assert heard.startswith(b"HTTP/1.1 200")


def test_stop_frees_the_port_and_drops_connections(mock: Mock) -> None:
    running = Server(MockApp(mock)).start()
    host, _, port = running.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall(HEALTH)
        assert status(hear(sock)) == b"200"
        running.stop()
        assert sock.recv(1) == b""
    with Server(MockApp(mock), port=int(port)) as again:
        assert again.url == running.url


def test_servers_share_one_thread(mock: Mock) -> None:
    before = threading.active_count()
    with Server(MockApp(mock)) as one, Server(MockApp(mock)) as other:
        assert one.url != other.url
        assert threading.active_count() <= before + 1


def test_an_answer_that_does_not_end_is_dropped_after_the_grace(mock: Mock) -> None:
    async def closed_in() -> float:
        listener, sock = Listener(MockApp(mock)), bind_socket("127.0.0.1", 0)
        await listener.open(sock)
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf")
        await asyncio.sleep(HASTE)
        began = time.monotonic()
        await listener.close(grace=HASTE)
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return time.monotonic() - began

    assert HASTE <= asyncio.run(closed_in()) < 10 * HASTE


def test_on_windows_a_port_that_is_taken_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike_mocks.adapters.server.IS_WINDOWS", True)
    with bind_socket("127.0.0.1", 0) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) == 0


def test_a_server_that_ended_can_start_again_on_its_port_at_once() -> None:
    with bind_socket("127.0.0.1", 0) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)


@pytest.mark.parametrize("port", [-1, 65536, 65537])
def test_a_port_that_there_is_not_is_no_other_port(port: int) -> None:
    with pytest.raises(ValueError, match="a port is a number from 0 to 65535"):
        bind_socket("127.0.0.1", port)


@pytest.mark.parametrize("host", ["a..b", "a" * 64])
def test_a_host_name_that_cannot_be_one_is_an_oserror(host: str) -> None:
    with pytest.raises(OSError, match=r"host name|not known|service"):
        bind_socket(host, 0)
