"""The ASGI door: one port for every API, and for the control API."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from lookalike_specs.messages import RawHeaders, Request, Response

from ..control import CONTROL_PREFIX, Certificates, ControlApp, ControlContext
from ..mock import Mock
from .asgi_faults import get_prepared_response, send_response

BODY_SECONDS = 10.0
MAX_DRAIN_BYTES = 64 * 1024 * 1024
BODILESS_METHODS = frozenset(("GET", "DELETE", "OPTIONS", "TRACE"))


class MockApp:
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
        self.control_token = token or secrets.token_urlsafe(32)
        self._control = ControlApp(ControlContext(mock, self.control_token, body_seconds, tls), hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ours to the control API, everything else to the mock."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._control(scope, receive, send)
            return
        reply = get_prepared_response(scope)
        if reply is None:
            reply = self.mock.respond(await self._build_request(scope, receive))
        await send_response(reply, scope, receive, send)

    async def _build_request(self, scope: Scope, receive: Receive) -> Request:
        body, fault = (
            (b"", "") if scope["method"] in BODILESS_METHODS else await self._read_body(scope["path"], receive)
        )
        return Request(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=tuple(scope["headers"]),
            body=body,
            scheme=scope["scheme"],
            broken_rule=fault,
        )

    def answer_bodiless(
        self, method: str, path: str, query: bytes, headers: RawHeaders, scheme: str
    ) -> Response | None:
        """The mock's answer to a request without a body; None for those with one, and for what is ours."""
        if method not in BODILESS_METHODS or path.startswith(CONTROL_PREFIX):
            return None
        return self.mock.respond(Request(method=method, path=path, query=query, headers=headers, scheme=scheme))

    async def _read_body(self, path: str, receive: Receive) -> tuple[bytes, str]:
        """The body, and what was wrong with the way it came. One that is too long is read to its end, and not kept."""
        limit = self.mock.get_body_limit(path)
        body = bytearray()
        size = 0
        try:
            async with asyncio.timeout(self.body_seconds):
                while size <= MAX_DRAIN_BYTES:
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
