"""The httpx door: a client's calls are answered in its own process, without a socket."""

from __future__ import annotations

import httpx

from lookalike_specs.messages import Request

from ..mock import Mock
from .httpx_faults import adeliver, deliver, to_httpx


class HttpxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)` alike."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises httpx.TransportError for a fault."""
        return deliver(build_httpx_response(self._mock, request, request.read()))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises httpx.TransportError for a fault."""
        return await adeliver(build_httpx_response(self._mock, request, await request.aread()))


def build_httpx_response(mock: Mock, request: httpx.Request, body: bytes) -> httpx.Response:
    """The mock's answer to an httpx request whose body was read, before it was entered."""
    url = request.url
    reply = mock.respond(
        Request(
            method=request.method,
            path=url.path,
            query=url.query,
            headers=tuple((name.lower(), value) for name, value in request.headers.raw),
            body=body,
            scheme=url.scheme,
        )
    )
    if reply.fault is not None:
        return to_httpx(reply, reply.fault, request)
    headers = [
        *([(b"content-type", reply.media_type.encode())] if reply.media_type else []),
        (b"content-length", b"%d" % len(reply.body)),
        *reply.headers,
    ]
    return httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(reply.body))
