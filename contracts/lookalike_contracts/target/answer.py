"""An answer read from a wire, and nothing that only looks like one."""

from __future__ import annotations

from http.client import HTTPResponse
from typing import Any, Final

from lookalike_specs.wire import Response

from ..errors import CouldNotCheck
from .wire import DeadlineSocket

CHUNK_SIZE: Final = 64 * 1024
SWITCHING_PROTOCOLS: Final = 101


def read_response(wire: DeadlineSocket, method: str, most: int) -> tuple[Response, bool]:
    """The reply, and whether the connection can be kept. Raises CouldNotCheck, HTTPException, OSError."""
    sock: Any = wire
    response = HTTPResponse(sock, method=method)
    _read_head(response)
    wire.is_reading_head = False
    _check_content_length(response)
    body = _read_body(response, most)
    if rest := wire.unread_bytes:
        raise CouldNotCheck(f"the answer has at least {len(rest):,} bytes more than it says")
    return _build_response(response, body), not response.will_close


def _read_head(response: HTTPResponse) -> None:
    """The head of the answer itself, behind those that only say that it is on its way."""
    response.begin()
    while 100 < response.status < 200 and response.status != SWITCHING_PROTOCOLS:
        again: Any = response
        again.headers = None
        response.begin()


def _check_content_length(response: HTTPResponse) -> None:
    """Look at the length that the answer says it has. Raises CouldNotCheck when it does not make sense."""
    said = {text.strip() for value in response.headers.get_all("content-length", []) for text in value.split(",")}
    if len(said) > 1 or not all(text.isascii() and text.isdecimal() for text in said):
        raise CouldNotCheck("the answer has a Content-Length that is no number, or more than one")


def _read_body(response: HTTPResponse, most: int) -> bytes:
    parts, size = list[bytes](), 0
    while part := response.read1(CHUNK_SIZE):
        parts.append(part)
        size += len(part)
        if size > most:
            raise CouldNotCheck(f"the answer has more than {most:,} bytes")
    if response.length:
        raise CouldNotCheck(f"the answer ended {response.length:,} bytes early")
    return b"".join(parts)


def _build_response(response: HTTPResponse, body: bytes) -> Response:
    headers = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders())
    media_type = response.getheader("content-type") or ""
    return Response(status=response.status, body=body, media_type=media_type, headers=headers)
