"""A request as a line for a shell."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from urllib.parse import quote as percent

from .messages import FRAMING_HEADERS, Request


def build_url(request: Request, base: str) -> str:
    """Where the request goes."""
    query = _decode(request.query)
    return base.rstrip("/") + percent(request.path, safe="/*", errors="replace") + (f"?{query}" if query else "")


def build_curl_command(request: Request, base: str) -> str:
    """The request as a curl line, for any POSIX shell; a body is text."""
    parts = ["curl", "-s"]
    if request.method != ("POST" if request.body else "GET"):
        parts += ["-X", request.method]
    parts += _header_arguments(request)
    if request.body:
        parts += ["--data-raw", _decode(request.body)]
    return " ".join(quote(part) for part in [*parts, build_url(request, base)])


def _header_arguments(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        if name not in FRAMING_HEADERS:
            # without a value, a colon would leave the header out
            yield from ("-H", f"{_decode(name)}: {_decode(value)}" if value else f"{_decode(name)};")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
