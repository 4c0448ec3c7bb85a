"""A server in place of the vendors' hosts: tunnels and absolute URLs for them, a sentence for any other host."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import create_tls_contexts, list_host_names
from lookalike_mocks.adapters.interception import InterceptingMock, Interception, list_vendor_hosts, split_authority
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.server import Server

TARGET = b"/1688/global/search/image?apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
CONNECT = b"CONNECT api.tmapi.top:443 HTTP/1.1\r\nHost: api.tmapi.top:443\r\n\r\n"
GET = b"GET %b HTTP/1.1\r\nHost: api.tmapi.top\r\nConnection: close\r\n\r\n" % TARGET
SECONDS = 10
REFUSAL = b"example.com is no host of a vendor's"


class Intercepted:
    """A server that intercepts, and what a client needs to trust it."""

    def __init__(self, server: Server, interception: Interception, context: ssl.SSLContext) -> None:
        self.interception = interception
        self.context = context
        self.address = ("127.0.0.1", int(server.url.rpartition(":")[2]))

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, SECONDS)

    def exchange(self, data: bytes) -> bytes:
        """All that comes back for what is sent, to the end of the connection."""
        with closing(self.connect()) as client:
            client.sendall(data)
            return read_all(client)


def read_all(client: socket.socket) -> bytes:
    chunks = []
    # what the server has not read when it closes becomes a reset
    with suppress(ConnectionResetError):
        while chunk := client.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


@pytest.fixture(scope="module")
def intercepted() -> Iterator[Intercepted]:
    mock = InterceptingMock("tmapi", "aliyun")
    contexts = create_tls_contexts(list_host_names(mock))
    mock.interception = Interception(list_vendor_hosts(mock))
    limits = Limits(head_seconds=0.5)
    with Server(MockApp(mock, tls=contexts), limits=limits, tls=contexts, interception=mock.interception) as server:
        mock.interception.port = int(server.url.rpartition(":")[2])
        yield Intercepted(server, mock.interception, ssl.create_default_context(cadata=contexts.ca))


@pytest.mark.parametrize("pieces", [[CONNECT], [CONNECT[:3], CONNECT[3:40], CONNECT[40:]]], ids=["whole", "pieces"])
def test_tls_in_a_tunnel_to_a_vendor_ends_here(intercepted: Intercepted, pieces: list[bytes]) -> None:
    with closing(intercepted.connect()) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(0.02)
        assert client.recv(1024) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        with intercepted.context.wrap_socket(client, server_hostname="api.tmapi.top") as tunnel:
            tunnel.sendall(GET)
            assert tunnel.recv(12) == b"HTTP/1.1 200"


def test_a_client_that_does_not_wait_for_its_tunnel_loses_no_byte(intercepted: Intercepted) -> None:
    answer = intercepted.exchange(CONNECT.replace(b":443", b":80") + GET)
    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        pytest.param(CONNECT.replace(b"api.tmapi.top", b"example.com"), 403, REFUSAL, id="a-tunnel-elsewhere"),
        pytest.param(
            b"GET http://example.com%b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % TARGET, 403, REFUSAL,
            id="an-absolute-url-elsewhere",
        ),
        pytest.param(GET.replace(b"api.tmapi.top", b"example.com"), 403, REFUSAL, id="a-host-elsewhere"),
        pytest.param(
            b"POST http://example.com/ HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\nConnection: close\r\n\r\n" + b"x" * 999,
            403, REFUSAL, id="a-long-body-elsewhere",
        ),
        pytest.param(
            b"GET http://api.tmapi.top%b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % TARGET, 200, b'"code":200',
            id="an-absolute-url",
        ),
        pytest.param(GET, 200, b'"code":200', id="straight"),
        pytest.param(GET.replace(b"GET", b"CONNECTX"), 400, b"", id="another-method-that-begins-so"),
        pytest.param(b"CONNECT " + b"x" * 8184, 400, b"", id="a-head-without-end"),
        pytest.param(b"CONNECT \r\n\r\n", 400, b"", id="no-host"),
    ],
)  # fmt: skip
def test_what_is_for_a_vendor_is_answered_and_all_else_refused(
    intercepted: Intercepted, data: bytes, status: int, words: bytes
) -> None:
    answer = intercepted.exchange(data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert words in answer


def test_who_is_refused_is_counted(intercepted: Intercepted) -> None:
    before = intercepted.interception.refused["counted.test"]
    intercepted.exchange(CONNECT.replace(b"api.tmapi.top", b"counted.test"))
    intercepted.exchange(GET.replace(b"api.tmapi.top", b"COUNTED.test."))
    assert intercepted.interception.refused["counted.test"] == before + 2


def test_a_client_that_stops_in_the_middle_of_its_connect_is_dropped(intercepted: Intercepted) -> None:
    for start in (CONNECT[:4], CONNECT[:30]):
        assert intercepted.exchange(start) == b""


@pytest.mark.parametrize(
    ("authority", "is_accepted"),
    [
        ("api.tmapi.top", True),
        ("API.TMAPI.TOP.:443", True),
        ("imagesearch.cn-shanghai.aliyuncs.com", True),
        ("imagesearch-vpc.cn-shanghai.aliyuncs.com:443", True),
        ("a.b.cn-shanghai.aliyuncs.com", False),
        ("tmapi.top", False),
        ("api.tmapi.top.example.com", False),
        ("127.0.0.1:8765", True),
        ("localhost", True),
        ("[::1]:8765", True),
        ("127.0.0.1:5432", False),
        ("", False),
    ],
)
def test_only_vendors_hosts_and_our_own_port_are_ours(
    intercepted: Intercepted, authority: str, is_accepted: bool
) -> None:
    interception = Interception(intercepted.interception.hosts)
    interception.port = 8765
    assert interception.accepts(authority) == is_accepted


def test_an_address_has_its_port_behind_the_brackets() -> None:
    assert split_authority("[::1]:80") == ("::1", "80")
    assert split_authority("[::1]") == ("::1", "")
    assert split_authority("a.example") == ("a.example", "")
