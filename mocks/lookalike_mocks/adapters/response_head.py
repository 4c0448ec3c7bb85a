"""The head of a response, as bytes."""

from __future__ import annotations

import re
import time
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from lookalike_specs.messages import RawHeaders, Response

from ..response_date import format_http_date, has_date

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSING_RESPONSE: Final = b"HTTP/1.1 %b\r\ndate: %b\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b"
REQUEST_TIMEOUT: Final = b"408 Request Timeout"
SERVER_ERROR: Final = b"500 Internal Server Error"
TOO_BUSY: Final = b"503 Service Unavailable"
# whether the connection goes on, version of HTTP -> the line that tells a client; b"" where it knows
CONNECTION_HEADERS: Final = {
    (True, "1.1"): b"",
    # a client of HTTP/1.0 waits for the end of the connection unless it is told
    (True, "1.0"): b"connection: keep-alive\r\n",
    (False, "1.1"): b"connection: close\r\n",
    (False, "1.0"): b"connection: close\r\n",
}
# A handler may put a text of the request's into a header: with these, it would end there and another one begin.
CONTROLS: Final = re.compile(rb"[\x00-\x1f\x7f]+")


def encode_head(status: int, media_type: str, headers: RawHeaders) -> bytes:
    """Return status line and headers, but for those that frame the body, and without the empty line at the end.

    Without a `date` among them, the response is of now.
    """
    return _encode_head_at(int(time.time()), status, media_type, headers)


def encode_closing_response(status: bytes, advice: bytes = b"") -> bytes:
    """Return a whole response that is the last of its connection; `status` is such as `400 Bad Request`."""
    return CLOSING_RESPONSE % (status, format_http_date(int(time.time())), len(advice), advice)


@lru_cache(maxsize=64)
def _encode_head_at(second: int, status: int, media_type: str, headers: RawHeaders) -> bytes:
    """Return the head of a response that is sent in that second.

    Cached, as a mock's responses differ in their bodies and hardly ever in their heads; each second makes new ones.
    """
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:  # vendors have statuses of their own, such as 439
        reason = ""
    lines = [b"HTTP/1.1 %d %b\r\n" % (status, reason.encode())]
    # a response without a body has no media type
    if media_type:
        lines.append(b"content-type: %b\r\n" % media_type.encode())
    for name, value in headers:
        lines.append(b"%b: %b\r\n" % (name, CONTROLS.sub(b" ", value).strip()))
    if not has_date(headers):
        lines.append(b"date: %b\r\n" % format_http_date(second))
    return b"".join(lines)


def encode_framed_head(response: Response, framing: bytes, keeps_alive: bool, version: str) -> bytes:
    """Return the whole head of a response; `framing` is the header that says where the body ends."""
    start = encode_head(response.status, response.media_type, response.headers)
    return b"%b%b\r\n%b\r\n" % (start, framing, CONNECTION_HEADERS[keeps_alive, version])


def encode_sized_head(response: Response, keeps_alive: bool, version: str) -> bytes:
    """Return the whole head of a response that is sent with all of its body."""
    # as `encode_head` does, without a call: every response comes by here
    start = _encode_head_at(int(time.time()), response.status, response.media_type, response.headers)
    connection_header = CONNECTION_HEADERS[keeps_alive, version]
    if response.status == HTTPStatus.NO_CONTENT:
        # it has no body, and RFC 9110 forbids it to say how long the body is
        return b"%b%b\r\n" % (start, connection_header)
    return b"%bcontent-length: %d\r\n%b\r\n" % (start, len(response.body), connection_header)
