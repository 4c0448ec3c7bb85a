"""A request of a vector as the packages of this project know requests, and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from urllib.parse import quote, unquote

from lookalike_specs.wire import Request

from .suite import VectorRequest


def to_request(message: VectorRequest) -> Request:
    """The request as a server sees it: header names in lower case, `Host` first, the path decoded."""
    headers = (("host", message.host), *message.headers)
    return Request(
        method=message.method,
        scheme=message.scheme,
        path=unquote(message.path),
        query=message.query.encode(),
        headers=tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers),
        body=b64decode(message.body_base64, validate=True) if message.body_base64 else message.body.encode(),
    )


def from_request(request: Request) -> VectorRequest:
    """How a vector writes this request down; header names stay as they are spelled."""
    others = tuple(pair for pair in request.headers if pair[0].lower() != b"host")
    host = next((value.decode("latin-1") for name, value in request.headers if name.lower() == b"host"), "")
    text, encoded = _encode_body(request.body)
    return VectorRequest(
        method=request.method,
        scheme="https" if request.scheme == "https" else "http",
        host=host,
        path=quote(request.path),
        query=request.query.decode(),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in others),
        body=text,
        body_base64=encoded,
    )


def _encode_body(body: bytes) -> tuple[str, str]:
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return "", b64encode(body).decode("ascii")
