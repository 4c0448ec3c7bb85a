"""The ASGI door: one port for every API, and a Starlette router for what is ours."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as OwnRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lookalike_specs.wire import RawHeaders, Reply, Request

from ..catalogue.identicon import jpeg
from ..catalogue.picture import of_url
from ..mock import Mock

OWN = "/_lookalike/"
BODY_SECONDS = 10.0
DRAIN_BYTES = 64 * 1024 * 1024
BODILESS = frozenset(("GET", "DELETE", "OPTIONS", "TRACE"))


class Door(Starlette):
    """An ASGI application that answers as the mock's APIs; bodies have `body_seconds` to arrive."""

    def __init__(self, mock: Mock, *, body_seconds: float = BODY_SECONDS) -> None:
        super().__init__(routes=[Route(f"{OWN}health", _health), Route(f"{OWN}pictures/{{name:path}}", _picture)])
        self.mock = mock
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ours to the router, everything else to the mock."""
        if scope["type"] != "http" or scope["path"].startswith(OWN):
            await super().__call__(scope, receive, send)
            return
        body, fault = (b"", "") if scope["method"] in BODILESS else await self._read(scope["path"], receive)
        request = Request(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=tuple(scope["headers"]),
            body=body,
            scheme=scope["scheme"],
            fault=fault,
        )
        await _send(self.mock.answer(request), send)

    def direct(self, method: str, path: str, query: bytes, headers: RawHeaders) -> Reply | None:
        """The mock's answer to a request without a body; None for those with one, and for what is ours."""
        if method not in BODILESS or path.startswith(OWN):
            return None
        return self.mock.answer(Request(method=method, path=path, query=query, headers=headers))

    async def _read(self, path: str, receive: Receive) -> tuple[bytes, str]:
        """The body, and what was wrong with the way it came. One that is too long is read to its end, and not kept."""
        limit, body, size = self.mock.limit(path), bytearray(), 0
        try:
            async with asyncio.timeout(self.body_seconds):
                while size <= DRAIN_BYTES:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        break
                    size += len(message["body"])
                    if size <= limit:
                        body += message["body"]
                    if not message["more_body"]:
                        break
        except TimeoutError:
            return bytes(body), "body-timeout"
        return bytes(body), "" if size <= limit else "body-too-large"


async def _send(reply: Reply, send: Send) -> None:
    headers = [
        (b"content-type", reply.media_type.encode()),
        (b"content-length", b"%d" % len(reply.body)),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _health(request: OwnRequest) -> Response:
    mock: Mock = request.app.mock
    return JSONResponse({"status": "ok", "apis": sorted(mock.services)})


async def _picture(request: OwnRequest) -> Response:
    """The picture of a catalogue product, by the name that an answer gives it."""
    found: Any = of_url(request.path_params["name"]).product
    if found is None:
        return JSONResponse({"error": "no picture of the catalogue has that name"}, 404)
    return Response(jpeg(found), media_type="image/jpeg")
