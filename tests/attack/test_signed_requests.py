"""A signed request is the same request however a client writes it, and a request that comes again is no new one."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response

from ..mocks.testers import build_signed_request, summarize_response

UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
# API, and which of the schemes of which operation
PROOFS = {
    "ACS3": ("aliyun", 0, 0),
    "RPC": ("aliyun", 0, 1),
    "RPC in the query": ("aliyun", 0, 2),
    "ROA": ("aliyun", 6, 0),
    "Daji by GET": ("daji-1688", 0, 0),
    "Daji by POST": ("daji-taobao", 2, 0),
    "HioBuy": ("hiobuy", 0, 0),
    "TMAPI": ("tmapi", 0, 0),
}


def encode(
    request: Request, more: bytes = b"", version: bytes = b"1.1", blanks: bytes = b"", chunked: bool = False
) -> bytes:
    target = request.path.encode()
    if request.query:
        target += b"?" + request.query
    lines = [b"%b %b HTTP/%b" % (request.method.encode(), target, version)]
    lines += [b"%b:%b%b%b" % (name, blanks, value, blanks) for name, value in request.headers]
    body = request.body
    if chunked and body:
        lines.append(b"Transfer-Encoding: chunked")
        half = len(body) // 2
        body = b"%x\r\n%b\r\n%x;e=1\r\n%b\r\n0\r\nt: 1\r\n\r\n" % (half, body[:half], len(body) - half, body[half:])
    elif body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n" + more + b"\r\n" + body


WRITERS: dict[str, Callable[[Request], bytes]] = {
    "offering HTTP/2": lambda request: encode(request, more=UPGRADE),
    "with blanks about values": lambda request: encode(request, blanks=b" \t "),
    "by HTTP/1.0": lambda request: encode(request, version=b"1.0"),
    "in chunks": lambda request: encode(request, chunked=True),
    "waiting for a word": lambda request: encode(request, more=b"Expect: 100-continue\r\n"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(MockApp(Mock())) as running:
        yield running


def ask(server: Server, data: bytes) -> Response:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while piece := sock.recv(65536):
            received += piece
    head, _, body = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    media_type = head.lower().partition(b"content-type: ")[2].partition(b"\r\n")[0].decode()
    return Response(status=int(head.split(b" ")[1]), body=body, media_type=media_type)


def sign(proof: str) -> Request:
    api, at, scheme = PROOFS[proof]
    values = {}
    if proof == "RPC":
        # XML would be the default
        values["Format"] = "JSON"
    return build_signed_request(api, load_api(api).account, at=at, scheme=scheme, **values)  # type: ignore[arg-type]


def summarize(response: Response) -> str:
    # the time that a search took follows the nonce
    return re.sub(r"'SearchTime': \d+", "", summarize_response(response))


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("proof", PROOFS)
def test_a_signature_holds_however_the_request_is_written(server: Server, proof: str, writer: str) -> None:
    plain = ask(server, encode(sign(proof)))
    assert plain.status == 200
    other = ask(server, WRITERS[writer](sign(proof)))
    assert summarize(other) == summarize(plain)


@pytest.mark.parametrize("blanks", [b"", b" ", b"\t", b" \t "], ids=["none", "blank", "tab", "both"])
@pytest.mark.parametrize("proof", ["ACS3", "ROA"])
def test_a_request_that_comes_again_is_refused_whatever_blanks_are_about_its_nonce(
    server: Server, proof: str, blanks: bytes
) -> None:
    request = sign(proof)
    assert any(name == b"x-acs-signature-nonce" for name, _ in request.headers)
    assert ask(server, encode(request)).status == 200
    again = ask(server, encode(request, blanks=blanks))
    assert again.status == 400
    assert b"SignatureNonceUsed" in again.body


@pytest.mark.parametrize("blanks", [b" ", b"\t", b" \t "], ids=["blank", "tab", "both"])
def test_the_control_api_takes_a_host_and_a_token_with_blanks_about_them(server: Server, blanks: bytes) -> None:
    app = server._app
    assert isinstance(app, MockApp)
    headers = ((b"host", b"localhost"), (b"authorization", f"Bearer {app.control_token}".encode()))
    request = Request(method="GET", path="/_lookalike/sandboxes", headers=headers)
    assert ask(server, encode(request, blanks=blanks)).status == 200
