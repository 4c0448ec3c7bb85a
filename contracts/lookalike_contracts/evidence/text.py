"""Texts that people read: no control characters, nothing endless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from http.client import responses
from typing import Final

from lookalike_specs.veil import Veil
from lookalike_specs.wire import Reply, Request

MOST_CHARACTERS: Final = 4000
MOST_BYTES: Final = 32 * 1024
# a picture, in a form or not; and any other value without end
RUN: Final = re.compile(r"(?:[A-Za-z0-9+/_-]|%2[BbFf]){200,}(?:=|%3[Dd])*")
KEPT: Final = 40
UNSEEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
SHOWN: Final = "\n\t"


def request_text(request: Request, veil: Veil, url: str) -> str:
    """A request as it is on the wire, near enough to read; `url` is where it goes."""
    target = "/" + url.partition("://")[2].partition("/")[2]
    head = [f"{request.method} {target} HTTP/1.1".encode("utf-8", "replace"), *_lines(request.headers)]
    return _message(head, request.body, veil)


def reply_text(reply: Reply, veil: Veil) -> str:
    """A reply, the same way."""
    head = f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}".rstrip().encode()
    headers = reply.headers
    if not any(name.lower() == b"content-type" for name, _ in headers):
        headers = ((b"content-type", reply.media_type.encode()), *headers)
    return _message([head, *_lines(headers)], reply.body, veil)


def escaped(text: str) -> str:
    """The text with what cannot be seen, or moves the cursor, written out."""
    return "".join(_written(each) for each in text)


def shortened(text: str) -> str:
    """The text with the middle of long runs of letters left out."""
    return RUN.sub(lambda run: f"{run[0][:KEPT]}…({len(run[0]) - KEPT:,} characters more)…", text)


def cut(text: str, most: int = MOST_CHARACTERS) -> str:
    """The beginning of a text, and how much is not shown."""
    return text if len(text) <= most else f"{text[:most]}…\n({len(text) - most:,} characters more)"


def covered(text: str, veil: Veil) -> str:
    """The text without secrets, to be read."""
    return escaped(veil.cover(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace"))


def _message(head: list[bytes], body: bytes, veil: Veil) -> str:
    lines = "\n".join(_read(veil.cover(line)) for line in head)
    more = f"\n({len(body) - MOST_BYTES:,} bytes more)" if len(body) > MOST_BYTES else ""
    return f"{lines}\n\n{_read(veil.cover(body, MOST_BYTES))}{more}".rstrip("\n")


def _lines(headers: tuple[tuple[bytes, bytes], ...]) -> Iterator[bytes]:
    return (name + b": " + value for name, value in headers)


def _read(data: bytes) -> str:
    text = data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    return cut(shortened(escaped(text)))


def _written(letter: str) -> str:
    if letter in SHOWN or unicodedata.category(letter) not in UNSEEN:
        return letter
    return letter.encode("unicode_escape").decode("ascii")
