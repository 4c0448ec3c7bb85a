"""Write a request as a curl command, for a shell."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from urllib.parse import quote as percent

from .messages import FRAMING_HEADERS, Request


def build_url(request: Request, base: str) -> str:
    """Return where the request goes, below a base URL."""
    url = base.rstrip("/") + percent(request.path, safe="/*", errors="replace")
    if request.query:
        url += f"?{_decode(request.query)}"
    return url


def build_curl_command(request: Request, base: str) -> str:
    """Return the request as a curl command, for any POSIX shell; a body is text."""
    parts = ["curl", "-s"]
    # what curl chooses by itself is left out
    default_method = "GET"
    if request.body:
        default_method = "POST"
    if request.method != default_method:
        parts += ["-X", request.method]
    parts += _iter_header_arguments(request)
    if request.body:
        # `--data` would take a body that begins with `@` for a file's name
        parts += ["--data-raw", _decode(request.body)]
    return " ".join(quote(part) for part in [*parts, build_url(request, base)])


def _iter_header_arguments(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        if name in FRAMING_HEADERS:
            continue
        yield "-H"
        if value:
            yield f"{_decode(name)}: {_decode(value)}"
        else:
            # curl takes `name:` for an order to leave the header out, and `name;` for one without a value
            yield f"{_decode(name)};"


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
