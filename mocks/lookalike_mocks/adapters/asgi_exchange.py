"""One request that the ASGI application answers: a task, the scope, the messages of both directions.

The request has come whole, so the application gets its body in one message. What it sends goes to the client at once.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Message, Scope

from lookalike_specs.messages import Request, Response

from .connection_state import ClientConnection
from .raw_connection import EXTENSION, RawConnection
from .response_head import CONNECTION_HEADERS, SERVER_ERROR, encode_closing_response, encode_head

# statuses whose responses have no body
BODILESS_STATUSES: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
logger = logging.getLogger("lookalike")


class AsgiExchange:
    """The application's answer to one request of a connection.

    `response` is there where it was made already, and has a fault that takes time or breaks the connection.
    """

    def __init__(self, connection: ClientConnection, request: Request, response: Response | None) -> None:
        self._connection = connection
        self._request = request
        self._response = response
        self._has_received = False
        self._start: Message | None = None
        self._has_sent_head = False
        self._is_complete = False
        self._is_chunked = False
        # clear while the client reads slower than the application sends
        self.can_write = asyncio.Event()
        self.can_write.set()

    def start(self) -> None:
        """Let the application answer, in a task."""
        connection = self._connection
        task = connection.loop.create_task(self._run())
        tasks = connection.registry.tasks
        tasks.add(task)
        task.add_done_callback(self._finish)
        # until the end, as a long body waits for its turn although its client may be gone
        connection.registry.body_bytes += len(self._request.body)

    def _finish(self, task: asyncio.Task[None]) -> None:
        registry = self._connection.registry
        registry.tasks.discard(task)
        registry.body_bytes -= len(self._request.body)

    async def _run(self) -> None:
        connection = self._connection
        try:
            await connection.app(self._build_scope(), self._receive, self._send)
        except Exception:
            logger.exception("the application failed on %s", self._request.path)
        if connection.transport.is_closing():
            return
        if not self._is_complete:
            # without a head the client can be told; with one, all that is left is to cut it off
            if not self._has_sent_head:
                connection.transport.write(encode_closing_response(SERVER_ERROR))
            connection.close_gently()
            return
        connection.finish_exchange()

    def _build_scope(self) -> Scope:
        connection = self._connection
        transport = connection.transport
        request = self._request
        raw = RawConnection(connection, request, self._response)
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": connection.version,
            "method": request.method,
            "scheme": request.scheme,
            "path": request.path,
            "raw_path": request.path.encode("utf-8", "surrogatepass"),
            "query_string": request.query,
            "root_path": "",
            "headers": list(request.headers),
            "client": _get_address(transport.get_extra_info("peername")),
            "server": _get_address(transport.get_extra_info("sockname")),
            "state": dict(connection.registry.app_state),
            "extensions": {EXTENSION: raw},
        }

    async def _receive(self) -> Message:
        if not self._has_received:
            self._has_received = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await self._connection.lost.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        connection = self._connection
        if connection.lost.is_set() or connection.transport.is_closing():
            return
        if message["type"] == "http.response.start":
            self._start = message
            return
        body = message.get("body", b"")
        more_body = message.get("more_body", False)
        if self._start is None or self._is_complete:
            raise RuntimeError(f"unexpected ASGI message {message['type']}")
        if not self._has_sent_head:
            connection.transport.write(self._encode_head(self._start, len(body), more_body))
            self._has_sent_head = True
        self._write_body(body, more_body)
        self._is_complete = not more_body
        await self.can_write.wait()

    def _write_body(self, body: bytes, more_body: bool) -> None:
        transport = self._connection.transport
        if self._request.method == "HEAD":
            return
        if not self._is_chunked:
            if body:
                transport.write(body)
            return
        if body:
            transport.write(b"%x\r\n%b\r\n" % (len(body), body))
        if not more_body:
            transport.write(b"0\r\n\r\n")

    def _encode_head(self, start: Message, size: int, more_body: bool) -> bytes:
        """Return the head; where the application does not say how long the body is, this does."""
        status = start["status"]
        headers = [(bytes(name).lower(), bytes(value)) for name, value in start.get("headers", ())]
        names = {name for name, _ in headers}
        if not names & {b"content-length", b"transfer-encoding"} and status not in BODILESS_STATUSES:
            if not more_body:
                headers.append((b"content-length", b"%d" % size))
            else:
                # HTTP/1.0 has no chunks: there the end of the connection is the end of the body
                self._is_chunked = self._connection.version != "1.0"
                if self._is_chunked:
                    headers.append((b"transfer-encoding", b"chunked"))
                else:
                    self._connection.end_after_response()
        connection_header = CONNECTION_HEADERS[self._connection.keeps_alive, self._connection.version]
        return b"%b%b\r\n" % (encode_head(status, "", tuple(headers)), connection_header)


def _get_address(address: Any) -> tuple[str, int] | None:
    if not address:
        return None
    host, port = address[:2]
    return str(host), int(port)
