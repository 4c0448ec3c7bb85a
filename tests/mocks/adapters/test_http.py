"""HTTP/1 as clients in the field write it, byte by byte, and the bounds of what a connection may send."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import create_tls_contexts
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.response_head import encode_sized_head
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.log_format import create_json_format
from lookalike_mocks.request_log import LineWriter, RequestLog
from lookalike_specs.messages import Response

KEY = b"apiToken=lookalike-demo-token"
GET = b"GET /1688/global/search/image?%b&img_url=https://cbu01.alicdn.com/x.jpg HTTP/1.1\r\nHost: a\r\n" % KEY
BODY = b'{"url":"https://example.com/a.jpg"}'
POST = b"POST /1688/tools/image/convert_url?%b HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" % KEY
SIZED = b"Content-Length: %d\r\n" % len(BODY)
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
SMALL = Limits(
    head_bytes=4096, framing_bytes=4096, body_bytes=100_000, unread_bytes=4096, discarded_bytes=100_000, connections=5,
    head_seconds=0.5, idle_seconds=0.5, body_pause_seconds=0.5, body_seconds=2.0, linger_seconds=0.3,
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(MockApp(Mock("tmapi", "hiobuy"))) as running:
        yield running


@pytest.fixture
def strict_server() -> Iterator[Server]:
    with Server(MockApp(Mock("tmapi")), limits=SMALL) as running:
        yield running


def connect(server: Server) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def read_response(sock: socket.socket) -> tuple[bytes, bytes]:
    """Return the head and the body of one response that says how long it is."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return data, b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < size:
        body += sock.recv(65536)
    return head, body


def ask(server: Server, *pieces: bytes) -> tuple[bytes, bytes]:
    with connect(server) as sock:
        for piece in pieces:
            sock.sendall(piece)
        return read_response(sock)


def is_ended_within(sock: socket.socket, seconds: float) -> bool:
    """Read on until the server's end. Return whether it came in time."""
    sock.settimeout(seconds)
    try:
        while sock.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize(
    "pieces",
    [
        (POST + UPGRADE + SIZED + b"\r\n" + BODY,),
        (POST + UPGRADE + SIZED + b"\r\n", BODY),
        (POST + UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),),
    ],
    ids=["in one piece", "in two pieces", "chunked"],
)
def test_a_client_that_offers_http_2_keeps_its_body(server: Server, pieces: tuple[bytes, ...]) -> None:
    with connect(server) as sock:
        for piece in pieces:
            sock.sendall(piece)
        assert json.loads(read_response(sock)[1])["code"] == 200
        # and the connection goes on as if nothing had been offered
        sock.sendall(GET + b"\r\n")
        assert read_response(sock)[0].startswith(b"HTTP/1.1 200")


def test_a_client_that_takes_the_server_for_a_proxy_gets_its_api(server: Server) -> None:
    # a proxy is sent the whole address; where the host is not in it, "Host: a" alone means no API
    assert json.loads(ask(server, GET.replace(b"GET /", b"GET http://api.tmapi.top/", 1), b"\r\n")[1])["code"] == 200
    nowhere = b"GET http://api.tmapi.top/nowhere HTTP/1.1\r\nHost: api.tmapi.top\r\n\r\n"
    assert json.loads(ask(server, nowhere)[1]) == {"message": "no Route matched with those values"}


def test_a_client_of_http_1_0_is_told_that_the_connection_stays(server: Server) -> None:
    old = GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Connection: keep-alive\r\n\r\n"
    with connect(server) as sock:
        for _ in range(3):
            sock.sendall(old)
            assert b"\r\nconnection: keep-alive" in read_response(sock)[0]


def test_a_client_of_http_1_0_that_asks_for_nothing_gets_an_end(server: Server) -> None:
    with connect(server) as sock:
        sock.sendall(GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n")
        assert b"\r\nconnection: close" in read_response(sock)[0]
        assert is_ended_within(sock, 1)


@pytest.mark.parametrize("method", [b"GET", b"DELETE"])
def test_a_get_that_waits_for_a_word_before_its_body_gets_it(server: Server, method: bytes) -> None:
    with connect(server) as sock:
        sock.sendall(GET.replace(b"GET", method) + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert sock.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"{}")
        assert read_response(sock)[0].startswith((b"HTTP/1.1 200", b"HTTP/1.1 404"))


def test_a_client_that_takes_the_server_for_its_https_proxy_is_told_what_to_do(server: Server) -> None:
    head, text = ask(server, b"CONNECT api.tmapi.top:443 HTTP/1.1\r\nHost: api.tmapi.top:443\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 501 ")
    assert b"--connect-to" in text


@pytest.mark.parametrize("rest", [b"", b"SM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"], ids=["alone", "with frames"])
def test_a_client_that_begins_with_http_2_is_refused_and_stops_nobody(server: Server, rest: bytes) -> None:
    assert ask(server, b"PRI * HTTP/2.0\r\n\r\n" + rest)[0].startswith(b"HTTP/1.1 400")
    assert ask(server, GET + b"\r\n")[0].startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("count", [3, 33, 200])
def test_a_client_that_asks_many_times_and_says_its_end_gets_every_response(server: Server, count: int) -> None:
    with connect(server) as sock:
        sock.sendall((GET + b"\r\n") * count)
        sock.shutdown(socket.SHUT_WR)
        data = b""
        while piece := sock.recv(65536):
            data += piece
    assert data.count(b"HTTP/1.1 200") == count


def test_chinese_in_a_request_line_is_taken(server: Server) -> None:
    head, _ = ask(server, GET.replace(b"x.jpg", "x.jpg&kw=红色".encode()) + b"\r\n")
    assert head.startswith(b"HTTP/1.1 200")


def test_blanks_about_a_header_are_no_part_of_it(server: Server) -> None:
    body = b'{"img":"https://example.com/s.jpg","platform":"1688"}'
    head = b"POST /api/client/third-purchase/image/query HTTP/1.1\r\nHost: a\r\nX-Uuid: \t 6f1c3a52-0000-4000-8000-0000000000d0 \t\r\n"
    _, answer = ask(server, head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert json.loads(answer)["ret"] == 1


@pytest.mark.parametrize("request_bytes", [GET + b"\r\n", POST + SIZED + b"\r\n" + BODY], ids=["GET", "POST"])
def test_a_client_that_has_said_its_end_gets_its_response(server: Server, request_bytes: bytes) -> None:
    with connect(server) as sock:
        sock.sendall(request_bytes)
        sock.shutdown(socket.SHUT_WR)
        assert read_response(sock)[0].startswith(b"HTTP/1.1 200")
        assert is_ended_within(sock, 1)


def test_a_long_body_is_logged_as_any_other_is() -> None:
    app = MockApp(Mock("tmapi"))
    with tempfile.TemporaryFile() as file:
        app.request_log = RequestLog(create_json_format(app.mock), LineWriter(file.fileno()))
        with Server(app) as server:
            for _ in range(2):
                long = BODY + b" " * 2000
                head, _ = ask(server, POST + b"Content-Length: %d\r\n\r\n" % len(long) + long)
                assert head.startswith(b"HTTP/1.1 200")
        app.request_log.close()
        file.seek(0)
        lines = file.read().splitlines()
    assert [json.loads(line)["status"] for line in lines] == [200, 200]


def test_an_answer_without_content_does_not_say_how_long_it_is() -> None:
    head = encode_sized_head(
        Response(status=204, body=b"", media_type="", headers=((b"date", b"x"),)), keeps_alive=True, version="1.1"
    )
    assert head == b"HTTP/1.1 204 No Content\r\ndate: x\r\n\r\n"


def test_a_client_that_ends_its_tls_while_it_waits_makes_no_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    late = GET.replace(b"lookalike-demo-token", b"situation-latency") + b"\r\n"
    with Server(MockApp(Mock("tmapi")), tls=create_tls_contexts(["localhost"])) as server:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(connect(server)) as sock:
            sock.sendall(late)
            time.sleep(0.2)
            with suppress(OSError):
                sock.unwrap()
    assert [record.message for record in caplog.records] == []


def test_empty_lines_before_a_request_are_passed_over(server: Server) -> None:
    assert ask(server, b"\r\n\r\n" + GET + b"\r\n")[0].startswith(b"HTTP/1.1 200")


def test_a_head_in_single_bytes_is_one(server: Server) -> None:
    assert ask(server, *[bytes([byte]) for byte in GET + b"\r\n"])[0].startswith(b"HTTP/1.1 200")


CHUNKED = b"GET /tmapi/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "a head": (b"GET / HTTP/1.1\r\n", b"x: y\r\n"),
    "one header": (b"GET / HTTP/1.1\r\nx: ", b"y" * 1000),
    "trailers": (CHUNKED + b"0\r\n", b"x: y\r\n"),
    "one trailer": (CHUNKED + b"0\r\nx: ", b"y" * 1000),
    "the size of a chunk": (CHUNKED, b"0" * 1000),
    "an extension of a chunk": (CHUNKED + b"1;", b"e" * 1000),
    "a body": (CHUNKED, b"400\r\n%b\r\n" % (b"z" * 1024)),
    "the body of a GET": (GET + b"Content-Length: 999999999\r\n\r\n", b"z" * 1024),
    "the body of a POST": (POST + b"Content-Length: 999999999\r\n\r\n", b"z" * 1024),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_nobody_may_send_without_end(strict_server: Server, name: str) -> None:
    first, piece = ENDLESS[name]
    size = 0
    with connect(strict_server) as sock, suppress(OSError):
        sock.sendall(first)
        # a socket's buffers hold some; what counts is that it ends
        while size < 20_000_000:
            sock.sendall(piece)
            size += len(piece)
    assert size < 20_000_000


SLOW = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nhost",
    "half a body": POST + SIZED + b"\r\n" + BODY[:5],
    "half a body of a GET": GET + b"Content-Length: 100\r\n\r\nz",
    "half a chunk": CHUNKED + b"5\r\nab",
    "half a body behind an answer": GET + b"\r\n" + POST + SIZED + b"\r\n" + BODY[:5],
    "a refused body": b"POST /tmapi/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nz",
}


@pytest.mark.parametrize("name", SLOW)
def test_whoever_stops_in_the_middle_is_ended(strict_server: Server, name: str) -> None:
    with connect(strict_server) as sock:
        sock.sendall(SLOW[name])
        assert is_ended_within(sock, 4)


@pytest.mark.parametrize("name", ["half a body", "half a body of a GET", "half a chunk"])
def test_a_body_that_drips_is_ended(strict_server: Server, name: str) -> None:
    deadline = time.monotonic() + 4
    with connect(strict_server) as sock, suppress(OSError):
        sock.sendall(SLOW[name].replace(SIZED, b"Content-Length: 9999\r\n").replace(b"5\r\nab", b"fff\r\nab"))
        while time.monotonic() < deadline:
            sock.sendall(b"z")
            time.sleep(0.05)
    assert time.monotonic() < deadline


def test_a_body_that_is_late_gets_the_vendors_error(strict_server: Server) -> None:
    head, body = ask(strict_server, SLOW["half a body"])
    assert head.startswith(b"HTTP/1.1 422")
    assert json.loads(body)["code"] == 422


def test_a_pipeline_waits_in_the_client(strict_server: Server) -> None:
    """What is not answered yet is not read: the server's memory is not the client's queue."""
    with connect(strict_server) as sock:
        sock.settimeout(0.5)
        size = 0
        with suppress(TimeoutError):
            while size < 50_000_000:
                size += sock.send(b"GET /tmapi/x HTTP/1.1\r\n\r\n" * 1000)
    assert size < 50_000_000


def test_beyond_its_connections_a_server_says_so(strict_server: Server) -> None:
    connections = [connect(strict_server) for _ in range(SMALL.connections)]
    for sock in connections:
        sock.sendall(GET + b"\r\n")
        read_response(sock)
    assert ask(strict_server)[0].startswith(b"HTTP/1.1 503")
    for sock in connections:
        sock.close()
