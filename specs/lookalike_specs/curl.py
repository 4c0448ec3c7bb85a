"""A request as a line for a shell."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from urllib.parse import quote as percent

from .wire import FRAMING, Request


def url(request: Request, base: str) -> str:
    """Where the request goes."""
    query = _text(request.query)
    return base.rstrip("/") + percent(request.path, safe="/*", errors="replace") + (f"?{query}" if query else "")


def line(request: Request, base: str) -> str:
    """The request as a curl line, for any POSIX shell; a body is text."""
    parts = ["curl", "-s"]
    if request.method != ("POST" if request.body else "GET"):
        parts += ["-X", request.method]
    parts += _headers(request)
    if request.body:
        parts += ["--data-raw", _text(request.body)]
    return " ".join(quote(part) for part in [*parts, url(request, base)])


def _headers(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        if name not in FRAMING:
            # without a value, a colon would leave the header out
            yield from ("-H", f"{_text(name)}: {_text(value)}" if value else f"{_text(name)};")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
