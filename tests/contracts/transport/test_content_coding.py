"""Answers that come compressed are judged by what is in them, and no bomb is unpacked."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
import zlib
from threading import Event

import pytest

from lookalike_contracts.exceptions import CouldNotCheck
from lookalike_contracts.transport import HttpClient
from lookalike_contracts.transport.content_coding import MAX_MEMBERS, decode_body
from lookalike_specs.messages import Request

from .misbehaving_server import OK_HEAD, read_request_head, send_and_close, serve_badly

PLAIN = Request(method="GET", path="/")
TEXT = b'{"code": 200, "title": "\xe7\xba\xa2\xe8\x89\xb2"}'
LIMIT = 1000


def deflate_without_header(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("body", "codings"),
    [
        (TEXT, ()),
        (TEXT, (b"identity",)),
        (gzip.compress(TEXT), (b"gzip",)),
        (gzip.compress(TEXT), (b"X-GZIP",)),
        (gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]), (b"gzip",)),
        (zlib.compress(TEXT), (b"deflate",)),
        (deflate_without_header(TEXT), (b"deflate",)),
        (gzip.compress(zlib.compress(TEXT)), (b"deflate, gzip",)),
        (gzip.compress(zlib.compress(TEXT)), (b"deflate", b"gzip")),
    ],
)
def test_a_body_is_what_it_was_before_it_was_compressed(body: bytes, codings: tuple[bytes, ...]) -> None:
    assert decode_body(body, codings, LIMIT) == TEXT


@pytest.mark.parametrize(
    ("body", "codings", "reason"),
    [
        (b"any", (b"br",), "the body is coded br"),
        (b"any", (b"zstd, gzip, gzip, gzip",), "4 times over"),
        (b"any", (b"a secret word " * 9,), "coded in a way that has no name"),
        (TEXT, (b"gzip",), "said to be coded gzip, and is not"),
        (b"\xff" * 50, (b"deflate",), "said to be coded deflate, and is not"),
        (gzip.compress(TEXT)[:-9], (b"gzip",), "ends early"),
        (gzip.compress(b"x") * (MAX_MEMBERS + 1), (b"gzip",), f"more than {MAX_MEMBERS} parts"),
        (gzip.compress(bytes(LIMIT + 1)), (b"gzip",), "more than 1,000 bytes"),
        (zlib.compress(bytes(LIMIT + 1)), (b"deflate",), "more than 1,000 bytes"),
    ],
)
def test_what_cannot_be_decoded_is_told(body: bytes, codings: tuple[bytes, ...], reason: str) -> None:
    with pytest.raises(CouldNotCheck, match=reason):
        decode_body(body, codings, LIMIT)


def test_exactly_the_limit_is_allowed() -> None:
    assert decode_body(gzip.compress(bytes(LIMIT)), (b"gzip",), LIMIT) == bytes(LIMIT)


def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    bomb = gzip.compress(gzip.compress(bytes(100_000_000)))
    tracemalloc.start()
    with pytest.raises(CouldNotCheck, match="more than"):
        decode_body(bomb, (b"gzip, gzip",), 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_compressed_answer_is_read_over_http_and_none_is_asked_for() -> None:
    heads: list[bytes] = []
    body = gzip.compress(TEXT)

    def answer(sock: socket.socket, _: Event) -> None:
        heads.append(read_request_head(sock))
        sock.sendall(OK_HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with serve_badly(answer) as (url, _), HttpClient(url) as http:
        assert http.send(PLAIN).body == TEXT
    assert heads[0].lower().count(b"accept-encoding: identity\r\n") == 1


def test_an_unknown_coding_is_no_reason_to_give_a_server_up() -> None:
    answer = send_and_close(OK_HEAD + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}")
    with serve_badly(answer) as (url, calls), HttpClient(url) as http:
        for _ in range(8):
            with pytest.raises(CouldNotCheck, match=r"^the body is coded br$"):
                http.send(PLAIN)
        assert len(calls) == 8
