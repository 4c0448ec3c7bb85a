"""An httpx transport: a client's calls are answered in its own process, without a socket."""

from __future__ import annotations

import time

import httpx

from lookalike_specs.messages import Request

from ..mock import Mock
from ..response_date import add_date
from .httpx_faults import adeliver, deliver, to_httpx


class HttpxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)` alike."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raise httpx.TransportError for a fault."""
        return deliver(build_httpx_response(self._mock, request, request.read()))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raise httpx.TransportError for a fault."""
        return await adeliver(build_httpx_response(self._mock, request, await request.aread()))


def build_httpx_response(mock: Mock, request: httpx.Request, body: bytes) -> httpx.Response:
    """Return the mock's response to a request with that body; `deliver` it before its client sees it."""
    url = request.url
    response = mock.respond(
        Request(
            method=request.method,
            path=url.path,
            query=url.query,
            # as they come over HTTP/1.1: an httpx client may write `Content-Type`
            headers=tuple((name.lower(), value) for name, value in request.headers.raw),
            body=body,
            scheme=url.scheme,
        )
    )
    response = add_date(response, time.time())
    if response.fault is not None:
        return to_httpx(response, response.fault, request)
    headers = [(b"content-length", b"%d" % len(response.body)), *response.headers]
    # a response without a body has no media type
    if response.media_type:
        headers.insert(0, (b"content-type", response.media_type.encode()))
    return httpx.Response(response.status, headers=headers, stream=httpx.ByteStream(response.body))
