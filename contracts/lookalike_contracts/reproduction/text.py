"""Texts that people read: no control characters, nothing endless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from http.client import responses
from typing import Final

from lookalike_specs.messages import Request, Response
from lookalike_specs.printable_text import escape_invisible
from lookalike_specs.redaction import Redactor

from ..finding import TruncatedResponse

MAX_CHARACTERS: Final = 4000
MAX_BYTES: Final = 32 * 1024
# an image in Base64, in a form (where `+` and `/` are escaped) or not; and any other value without end
LONG_RUN: Final = re.compile(r"(?:[A-Za-z0-9+/_-]|%2[BbFf]){200,}(?:=|%3[Dd])*")
KEPT_CHARACTERS: Final = 40
# room for "(1,234,567 characters more)" in what is cut
CUT_NOTE_BYTES: Final = 40


def format_request(request: Request, redactor: Redactor, url: str) -> str:
    """Return a request as HTTP/1.1 writes it, near enough to read; `url` is where it goes."""
    target = "/" + url.partition("://")[2].partition("/")[2]
    request_line = f"{request.method} {target} HTTP/1.1".encode("utf-8", "replace")
    return _format_message([request_line, *_format_headers(request.headers)], request, redactor)


def format_response(response: Response, redactor: Redactor) -> str:
    """Return a response in the same way."""
    status_line = f"HTTP/1.1 {response.status} {responses.get(response.status, '')}".rstrip().encode()
    headers = response.headers
    # a mock in this process keeps the media type apart from the headers
    if not any(name.lower() == b"content-type" for name, _ in headers):
        headers = ((b"content-type", response.media_type.encode()), *headers)
    return _format_message([status_line, *_format_headers(headers)], response, redactor)


def shorten_runs(text: str) -> str:
    """Return the text with all but the beginning of long runs of letters left out."""
    return LONG_RUN.sub(_shorten_run, text)


def _shorten_run(run: re.Match[str]) -> str:
    return f"{run[0][:KEPT_CHARACTERS]}…({len(run[0]) - KEPT_CHARACTERS:,} characters more)…"


def truncate_text(text: str, max_characters: int = MAX_CHARACTERS) -> str:
    """Return the beginning of a text, and how much is not shown."""
    if len(text) <= max_characters:
        return text
    return f"{text[:max_characters]}…\n({len(text) - max_characters:,} characters more)"


def truncate_bytes(text: str, max_bytes: int) -> str:
    """Return the beginning of a text, and how much is not shown; all of it has at most so many bytes in UTF-8."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= max_bytes:
        return text
    shown = data[: max(0, max_bytes - CUT_NOTE_BYTES)].decode("utf-8", "ignore")
    return f"{shown}…\n({len(text) - len(shown):,} characters more)"


def measure_body(message: Request | Response) -> int:
    """Return how many bytes a body has, or had before the finding kept its beginning only."""
    if isinstance(message, TruncatedResponse):
        return message.full_length
    return len(message.body)


def describe_body(message: Request | Response) -> str:
    """Return what tells a body that is not shown whole from any other: its length and its digest."""
    digest = message.digest if isinstance(message, TruncatedResponse) else sha256(message.body).hexdigest()
    return f"{measure_body(message):,} bytes in all, SHA-256 {digest[:16]}…"


def redact_text(text: str, redactor: Redactor) -> str:
    """Return the text without secrets, to be read."""
    return escape_invisible(redactor.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace"))


def _format_message(head: list[bytes], message: Request | Response, redactor: Redactor) -> str:
    # Secrets are covered in the bytes, before anything is escaped, shortened or cut: a secret that is cut in two, or
    # has a letter written another way, is not found any more.
    head_text = "\n".join(_decode_readable(redactor.redact(line)) for line in head)
    body_text = _decode_readable(redactor.redact(message.body, MAX_BYTES))
    length = measure_body(message)
    if length > MAX_BYTES:
        body_text += f"\n({length - MAX_BYTES:,} bytes more)"
    if length > MAX_CHARACTERS:
        # above the body, where no report cuts it off
        head_text += f"\n# the body has {describe_body(message)}"
    return f"{head_text}\n\n{body_text}".rstrip("\n")


def _format_headers(headers: tuple[tuple[bytes, bytes], ...]) -> Iterator[bytes]:
    return (name + b": " + value for name, value in headers)


def _decode_readable(data: bytes) -> str:
    text = data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    return truncate_text(shorten_runs(escape_invisible(text)))
