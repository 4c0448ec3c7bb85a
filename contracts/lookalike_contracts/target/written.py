"""A request as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from lookalike_specs.wire import FRAMING_HEADERS, Request

from ..errors import CouldNotCheck
from .origin import BaseUrl

METHODS_WITH_BODY: Final = ("POST", "PUT", "PATCH")
REQUEST_TARGET: Final = re.compile(rb"[!-~\x80-\xff]*")
TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD_VALUE: Final = re.compile(rb"[\t -~\x80-\xff]*")


def serialize_request(request: Request, origin: BaseUrl) -> bytes:
    """The request as it is sent, with `Host` and `Content-Length`. Raises CouldNotCheck for what would break it."""
    path = origin.prefix + quote(request.path, safe="/*", errors="replace")
    line = path.encode() + (b"?" + request.query if request.query else b"")
    if not (REQUEST_TARGET.fullmatch(line) and TOKEN.fullmatch(request.method.encode())):
        raise CouldNotCheck("a blank or a control character in a URL cannot be sent")
    head = [request.method.encode() + b" " + line + b" HTTP/1.1", b"Host: " + origin.netloc.encode()]
    head += _serialize_headers(request)
    return b"\r\n".join([*head, b"", request.body])


def _serialize_headers(request: Request) -> Iterator[bytes]:
    for name, value in request.headers:
        if name.lower() not in FRAMING_HEADERS:
            if not (TOKEN.fullmatch(name) and FIELD_VALUE.fullmatch(value)):
                raise CouldNotCheck("a control character in a header cannot be sent")
            yield name + b": " + value
    if request.body or request.method in METHODS_WITH_BODY:
        yield b"Content-Length: %d" % len(request.body)
