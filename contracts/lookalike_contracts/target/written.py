"""A request as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from lookalike_specs.wire import FRAMING, Request

from ..errors import CouldNotCheck
from .origin import Origin

BODIED: Final = ("POST", "PUT", "PATCH")
LINE: Final = re.compile(rb"[!-~\x80-\xff]*")
NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE: Final = re.compile(rb"[\t -~\x80-\xff]*")


def written(request: Request, origin: Origin) -> bytes:
    """The request as it is sent, with `Host` and `Content-Length`. Raises CouldNotCheck for what would break it."""
    path = origin.prefix + quote(request.path, safe="/*", errors="replace")
    line = path.encode() + (b"?" + request.query if request.query else b"")
    if not (LINE.fullmatch(line) and NAME.fullmatch(request.method.encode())):
        raise CouldNotCheck("a blank or a control character in a URL cannot be sent")
    head = [request.method.encode() + b" " + line + b" HTTP/1.1", b"Host: " + origin.netloc.encode()]
    head += _headers(request)
    return b"\r\n".join([*head, b"", request.body])


def _headers(request: Request) -> Iterator[bytes]:
    for name, value in request.headers:
        if name.lower() not in FRAMING:
            if not (NAME.fullmatch(name) and VALUE.fullmatch(value)):
                raise CouldNotCheck("a control character in a header cannot be sent")
            yield name + b": " + value
    if request.body or request.method in BODIED:
        yield b"Content-Length: %d" % len(request.body)
