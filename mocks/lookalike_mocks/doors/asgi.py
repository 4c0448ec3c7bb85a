"""The ASGI door: one port for every API, and for the control API."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from lookalike_specs.wire import RawHeaders, Reply, Request

from ..control import OWN, Certificates, Control, Served
from ..mock import Mock
from .delivery import deliver, given

BODY_SECONDS = 10.0
DRAIN_BYTES = 64 * 1024 * 1024
BODILESS = frozenset(("GET", "DELETE", "OPTIONS", "TRACE"))


class Door:
    """An ASGI application that answers as the mock's APIs, and below OWN as the control API.

    Bodies have `body_seconds` to arrive. `token` is the control token, a random one where none is given; the control
    API may be asked by the names `hosts`, besides those of loopback, and presents certificates where there is `tls`.
    """

    def __init__(
        self,
        mock: Mock,
        *,
        body_seconds: float = BODY_SECONDS,
        token: str = "",
        hosts: Iterable[str] = (),
        tls: Certificates | None = None,
    ) -> None:
        self.mock = mock
        self.body_seconds = body_seconds
        self.token = token or secrets.token_urlsafe(32)
        self._control = Control(Served(mock, self.token, body_seconds, tls), hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ours to the control API, everything else to the mock."""
        if scope["type"] != "http" or scope["path"].startswith(OWN):
            await self._control(scope, receive, send)
            return
        reply = given(scope)
        if reply is None:
            reply = self.mock.answer(await self._request(scope, receive))
        await deliver(reply, scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive) -> Request:
        body, fault = (b"", "") if scope["method"] in BODILESS else await self._read(scope["path"], receive)
        return Request(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=tuple(scope["headers"]),
            body=body,
            scheme=scope["scheme"],
            fault=fault,
        )

    def direct(self, method: str, path: str, query: bytes, headers: RawHeaders, scheme: str) -> Reply | None:
        """The mock's answer to a request without a body; None for those with one, and for what is ours."""
        if method not in BODILESS or path.startswith(OWN):
            return None
        return self.mock.answer(Request(method=method, path=path, query=query, headers=headers, scheme=scheme))

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
