"""Whatever bytes come in, the server answers with an error or an end, and goes on to answer others."""

import logging
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike_mocks.adapters.server import Server
from lookalike_specs import list_api_ids, load_api

TARGETS = [
    f"{load_api(api).operations[0].method} {load_api(api).operations[0].path}".encode() for api in list_api_ids()
]
ODD = [
    b"\x00",
    b"\xff\xfe",
    b"%",
    b"%zz",
    b"%00",
    b"%ed%a0%80",
    b"+",
    b"&",
    b"=",
    b"?",
    b"#",
    b"//",
    b"..",
    b"\r",
    b" ",
    b"\t",
]
PIECES = st.lists(
    st.one_of(st.sampled_from(ODD), st.binary(max_size=8), st.sampled_from([b"sign", b"appKey", b"9" * 400])),
    max_size=8,
)
FRAMINGS = [
    b"",
    b"content-length: 3\r\n",
    b"content-length: 99\r\n",
    b"content-length: x\r\n",
    b"transfer-encoding: chunked\r\n",
]
TYPES = [
    b"",
    b"content-type: application/json\r\n",
    b"content-type: application/x-www-form-urlencoded\r\n",
    b"content-type: \xff\r\n",
]
BODIES = st.one_of(
    st.binary(max_size=64),
    st.sampled_from([b"[" * 5000, b'{"img":"\\ud800"}', b'{"a":' * 2000, b"1e999", b"null", b"\xef\xbb\xbf{}"]),
)


@settings(max_examples=5 * settings().max_examples)
@given(st.tuples(st.sampled_from(TARGETS), PIECES, st.sampled_from(FRAMINGS), st.sampled_from(TYPES), BODIES))
def test_any_bytes(server: Server, parts: tuple[bytes, list[bytes], bytes, bytes, bytes]) -> None:
    target, pieces, framing, kind, body = parts
    raw = target + b"?" + b"".join(pieces) + b" HTTP/1.1\r\nhost: x\r\n" + framing + kind + b"\r\n" + body
    heard = exchange(server, raw)
    assert not heard or heard.startswith(b"HTTP/1.1 ")
    assert b"Internal Server Error" not in heard
    assert exchange(server, b"GET /_lookalike/health HTTP/1.1\r\nhost: localhost\r\n\r\n").startswith(b"HTTP/1.1 200")


def exchange(server: Server, raw: bytes) -> bytes:
    """Send everything, say that no more will come, and hear the other side out."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    heard = b""
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        try:
            sock.sendall(raw)
            sock.shutdown(socket.SHUT_WR)
            while data := sock.recv(65536):
                heard += data
        except (ConnectionResetError, BrokenPipeError, OSError):
            pass
    return heard


def test_the_log_says_nothing_of_a_traceback(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        exchange(server, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n\xff\xfe\xfd")
    assert not caplog.records
