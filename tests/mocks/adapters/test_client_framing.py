"""What clients in the field put on the wire, byte for byte: each of them is answered, and its connection goes on or ends."""

import json
import socket
from collections.abc import Iterator

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server

TARGET = b"/1688/tools/image/convert_url?apiToken=lookalike-demo-token"
SEARCH = b"/1688/global/search/image?apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
BODY = b'{"url":"https://example.com/a.jpg"}'
SIZE = b"content-length: %d\r\n" % len(BODY)
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
H2C = b"Upgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
JSON = b"Content-Type: application/json\r\n"


def post(headers: bytes, *, version: bytes = b"HTTP/1.1", target: bytes = TARGET) -> bytes:
    return b"POST %b %b\r\n%b\r\n" % (target, version, headers)


def get(headers: bytes, *, version: bytes = b"HTTP/1.1", target: bytes = SEARCH) -> bytes:
    return b"GET %b %b\r\n%b\r\n" % (target, version, headers)


# client -> the pieces that it writes one after the other, and whether it uses the connection again
CLIENTS: dict[str, tuple[tuple[bytes, ...], bool]] = {
    "curl": ((get(b"Host: a\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"),), True),
    "curl --json": ((post(b"Host: a\r\nUser-Agent: curl/7.88.1\r\n" + JSON + b"Accept: */*\r\n" + SIZE) + BODY,), True),
    "curl --http2": (
        (get(b"Host: a\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nConnection: Upgrade, HTTP2-Settings\r\n" + H2C),), True,
    ),
    "curl --http2 --json": (
        (post(b"Host: a\r\nAccept: */*\r\nConnection: Upgrade, HTTP2-Settings\r\n" + H2C + JSON + SIZE) + BODY,), True,
    ),
    "curl --http1.0": ((get(b"Host: a\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n", version=b"HTTP/1.0"),), False),
    "curl -T -": ((post(b"Host: a\r\nTransfer-Encoding: chunked\r\n" + JSON + b"Expect: 100-continue\r\n"), CHUNKS), True),
    "curl -x": ((get(b"Host: api.tmapi.top\r\nProxy-Connection: Keep-Alive\r\n", target=b"http://api.tmapi.top" + SEARCH),), True),
    "JDK's HttpClient": (
        (
            post(b"Connection: Upgrade, HTTP2-Settings\r\n" + SIZE + b"Host: a:1\r\n" + H2C + b"User-Agent: Java-http-client/17.0.9\r\n" + JSON),
            BODY,
        ), True,
    ),
    "JDK's HttpURLConnection": (
        (post(JSON + b"User-Agent: Java/17.0.9\r\nHost: a:1\r\nAccept: text/html, */*; q=.2\r\nConnection: keep-alive\r\n" + SIZE), BODY), True,
    ),
    "ab -k": ((get(b"Connection: Keep-Alive\r\nHost: a:1\r\nUser-Agent: ApacheBench/2.3\r\nAccept: */*\r\n", version=b"HTTP/1.0"),), True),
    "ab": ((get(b"Host: a:1\r\nUser-Agent: ApacheBench/2.3\r\nAccept: */*\r\n", version=b"HTTP/1.0"),), False),
    "ab -k -p": (
        (post(b"Content-length: 35\r\nContent-type: application/json\r\nConnection: Keep-Alive\r\nHost: a:1\r\n", version=b"HTTP/1.0") + BODY,),
        True,
    ),
    "PHP's curl": ((post(b"Host: a\r\nAccept: */*\r\n" + JSON + SIZE + b"Expect: 100-continue\r\n"), BODY), True),
    "PHP's streams": ((post(b"Host: a\r\nConnection: close\r\n" + SIZE + JSON) + BODY,), False),
    "PHP's streams, before 8": ((post(b"Host: a\r\nContent-Type: application/json\r\n" + SIZE, version=b"HTTP/1.0") + BODY,), False),
    "Go's net/http": (
        (post(b"Host: a:1\r\nUser-Agent: Go-http-client/1.1\r\n" + SIZE + JSON + b"Accept-Encoding: gzip\r\n\r\n")[:-2] + BODY,), True,
    ),
    "Go's net/http, of unknown length": (
        (post(b"Host: a:1\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\n" + JSON + b"Accept-Encoding: gzip\r\n"), CHUNKS), True,
    ),
    ".NET's HttpClient": ((post(b"Host: a:1\r\nContent-Type: application/json; charset=utf-8\r\n" + SIZE), BODY), True),
    ".NET's JsonContent": (
        (
            post(b"Host: a:1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json; charset=utf-8\r\n"),
            b"%X\r\n" % len(BODY), BODY, b"\r\n", b"0\r\n\r\n",
        ), True,
    ),
    ".NET Framework": ((post(JSON + b"Host: a:1\r\n" + SIZE + b"Expect: 100-continue\r\nConnection: Keep-Alive\r\n"), BODY), True),
    "Node's fetch": (
        (
            post(
                b"host: a:1\r\nconnection: keep-alive\r\ncontent-type: application/json\r\naccept: */*\r\naccept-language: *\r\n"
                b"sec-fetch-mode: cors\r\nuser-agent: node\r\naccept-encoding: gzip, deflate\r\n" + SIZE
            ),
            BODY,
        ), True,
    ),
    "Node's http": ((post(JSON + b"Host: a:1\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n") + b"23\r\n" + BODY + b"\r\n", b"0\r\n\r\n"), True),
    "Python's http.client": ((post(b"Host: a:1\r\nAccept-Encoding: identity\r\n" + SIZE + JSON), BODY), True),
    "Python's requests": (
        (post(b"Host: a:1\r\nUser-Agent: python-requests/2.32\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n" + SIZE + JSON), BODY),
        True,
    ),
    "with trailers": ((post(b"Host: a\r\nTE: trailers\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n" + JSON), CHUNKS[:-2] + b"x-sum: 1\r\n\r\n"), True),
    "in Chinese": ((get(b"Host: a\r\n", target=SEARCH + "&kw=红色 裙".replace(" ", "%20").encode()),), True),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(MockApp(Mock("tmapi", "hiobuy"))) as running:
        yield running


class Reader:
    """Responses out of a socket, one after the other."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.data = b""

    def read_head(self) -> bytes:
        while b"\r\n\r\n" not in self.data:
            piece = self.sock.recv(65536)
            assert piece, self.data
            self.data += piece
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return head

    def read_response(self) -> tuple[bytes, bytes]:
        """Return head and body of the next response that is no 100."""
        head = self.read_head()
        while head.startswith(b"HTTP/1.1 100"):
            head = self.read_head()
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(self.data) < size:
            self.data += self.sock.recv(65536)
        body = self.data[:size]
        self.data = self.data[size:]
        return head, body

    def is_at_end(self) -> bool:
        return self.data == b"" and self.sock.recv(1) == b""


def connect(server: Server) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=4)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_answered_and_its_connection_goes_on_as_it_asks(server: Server, client: str) -> None:
    pieces, stays = CLIENTS[client]
    with connect(server) as sock:
        reader = Reader(sock)
        for _ in range(3 if stays else 1):
            for number, piece in enumerate(pieces):
                if number and b"100-continue" in pieces[0]:
                    # such a client waits for a word before its body
                    assert reader.read_head() == CONTINUE.removesuffix(b"\r\n\r\n")
                sock.sendall(piece)
            head, body = reader.read_response()
            assert head.startswith(b"HTTP/1.1 200"), head
            assert json.loads(body)["code"] == 200
            if stays and b"HTTP/1.0" in pieces[0]:
                assert b"\r\nconnection: keep-alive" in head
        if stays:
            return
        assert b"\r\nconnection: close" in head
        assert reader.is_at_end()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_says_its_end_behind_its_request_is_answered(server: Server, client: str) -> None:
    pieces, _ = CLIENTS[client]
    with connect(server) as sock:
        for piece in pieces:
            sock.sendall(piece)
        sock.shutdown(socket.SHUT_WR)
        reader = Reader(sock)
        assert reader.read_response()[0].startswith(b"HTTP/1.1 200")
        assert reader.is_at_end()


NO_ROUTE = {"message": "no Route matched with those values"}


@pytest.mark.parametrize(
    ("target", "host", "is_vendors"),
    [
        (b"http://api.tmapi.top/nowhere", b"a", True),
        (b"http://API.TMAPI.TOP:80/nowhere", b"a", True),
        (b"HTTP://user:secret@api.tmapi.top/nowhere", b"a", True),
        (b"http://a/nowhere", b"api.tmapi.top", False),
        (b"http://a.example/nowhere?x=http://api.tmapi.top/", b"api.tmapi.top", False),
        (b"/nowhere", b"API.tmapi.top", True),
        (b"/nowhere", b" \t api.tmapi.top:8765 \t", True),
        (b"/nowhere", b"api.tmapi.top.:80", True),
        (b"/nowhere", b"a", False),
    ],
)
def test_the_target_says_which_host_is_meant_before_the_header(
    server: Server, target: bytes, host: bytes, is_vendors: bool
) -> None:
    with connect(server) as sock:
        sock.sendall(b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (target, host))
        _, body = Reader(sock).read_response()
        assert (json.loads(body) == NO_ROUTE) == is_vendors


def test_the_control_api_is_not_reached_by_another_name_in_the_target(server: Server) -> None:
    for target, status in (
        (b"http://evil.example/_lookalike/sandboxes", b"403"),
        (b"http://127.0.0.1/_lookalike/health", b"200"),
    ):
        with connect(server) as sock:
            sock.sendall(b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % target)
            assert Reader(sock).read_head().startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("target", [b"http://", b"http:///x", b"x", b"http://a b/", b"://a/x"])
def test_a_target_that_is_none_is_refused(server: Server, target: bytes) -> None:
    with connect(server) as sock:
        sock.sendall(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target)
        assert Reader(sock).read_head().startswith(b"HTTP/1.1 400")


def test_a_request_with_two_hosts_is_refused(server: Server) -> None:
    with connect(server) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: api.tmapi.top\r\nHost: a\r\n\r\n")
        assert Reader(sock).read_head().startswith(b"HTTP/1.1 400")


def test_an_address_without_a_path_is_that_of_the_root(server: Server) -> None:
    with connect(server) as sock:
        sock.sendall(b"GET http://api.tmapi.top HTTP/1.1\r\nHost: a\r\n\r\n")
        _, body = Reader(sock).read_response()
        assert json.loads(body) == NO_ROUTE
