"""A request as a line for a shell."""

from __future__ import annotations

import sys
from shlex import quote
from urllib.parse import quote as percent

from lookalike_specs.wire import Request

OWN = frozenset(("host", "content-length"))


def url(request: Request, base: str) -> str:
    """Where the request goes."""
    query = request.query.decode("ascii")
    return base.rstrip("/") + percent(request.path) + (f"?{query}" if query else "")


def line(request: Request, base: str) -> str:
    """The request as a curl line, for any POSIX shell."""
    parts = ["curl", "-s"]
    if request.method != ("POST" if request.body else "GET"):
        parts += ["-X", request.method]
    for name, value in request.headers:
        if name.decode() not in OWN:
            parts += ["-H", f"{name.decode()}: {value.decode()}"]
    if request.body:
        parts += ["--data-raw", request.body.decode()]
    return " ".join(quote(part) for part in [*parts, url(request, base)])


def signing_line(method: str, api: str, scheme: str, base: str) -> str:
    """A curl line that is signed anew each time it is pasted, from whatever directory."""
    sign = [sys.executable, "-P", "-m", "lookalike", "sign", api, "--scheme", scheme, "--url", base, "--output", "url"]
    return f'curl -s -X {method} "$({" ".join(quote(part) for part in sign)})"'
