"""Texts that people read: no control characters, nothing endless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from http.client import responses
from typing import Final

from lookalike_specs.messages import Request, Response
from lookalike_specs.redaction import Redactor

MAX_CHARACTERS: Final = 4000
MAX_BYTES: Final = 32 * 1024
# a picture, in a form or not; and any other value without end
LONG_RUN: Final = re.compile(r"(?:[A-Za-z0-9+/_-]|%2[BbFf]){200,}(?:=|%3[Dd])*")
KEPT_CHARACTERS: Final = 40
INVISIBLE_CATEGORIES: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
ALLOWED_CONTROLS: Final = "\n\t"


def format_request(request: Request, veil: Redactor, url: str) -> str:
    """A request as it is on the wire, near enough to read; `url` is where it goes."""
    target = "/" + url.partition("://")[2].partition("/")[2]
    head = [f"{request.method} {target} HTTP/1.1".encode("utf-8", "replace"), *_format_headers(request.headers)]
    return _format_message(head, request.body, veil)


def format_response(reply: Response, veil: Redactor) -> str:
    """A reply, the same way."""
    head = f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}".rstrip().encode()
    headers = reply.headers
    if not any(name.lower() == b"content-type" for name, _ in headers):
        headers = ((b"content-type", reply.media_type.encode()), *headers)
    return _format_message([head, *_format_headers(headers)], reply.body, veil)


def escape_text(text: str) -> str:
    """The text with what cannot be seen, or moves the cursor, written out."""
    return "".join(_escape_letter(each) for each in text)


def shorten_runs(text: str) -> str:
    """The text with the middle of long runs of letters left out."""
    return LONG_RUN.sub(
        lambda run: f"{run[0][:KEPT_CHARACTERS]}…({len(run[0]) - KEPT_CHARACTERS:,} characters more)…", text
    )


def truncate_text(text: str, most: int = MAX_CHARACTERS) -> str:
    """The beginning of a text, and how much is not shown."""
    return text if len(text) <= most else f"{text[:most]}…\n({len(text) - most:,} characters more)"


def redact_text(text: str, veil: Redactor) -> str:
    """The text without secrets, to be read."""
    return escape_text(veil.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace"))


def _format_message(head: list[bytes], body: bytes, veil: Redactor) -> str:
    lines = "\n".join(_decode_readable(veil.redact(line)) for line in head)
    more = f"\n({len(body) - MAX_BYTES:,} bytes more)" if len(body) > MAX_BYTES else ""
    return f"{lines}\n\n{_decode_readable(veil.redact(body, MAX_BYTES))}{more}".rstrip("\n")


def _format_headers(headers: tuple[tuple[bytes, bytes], ...]) -> Iterator[bytes]:
    return (name + b": " + value for name, value in headers)


def _decode_readable(data: bytes) -> str:
    text = data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    return truncate_text(shorten_runs(escape_text(text)))


def _escape_letter(letter: str) -> str:
    if letter in ALLOWED_CONTROLS or unicodedata.category(letter) not in INVISIBLE_CATEGORIES:
        return letter
    return letter.encode("unicode_escape").decode("ascii")
