"""A client's connection: uvicorn's HTTP protocol, with a deadline and a size for the head of a request."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Connection(HttpToolsProtocol):
    """Ends connections whose head does not come within `head_seconds`, or not within HEAD_BYTES."""

    head_seconds = 10.0
    _deadline: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client that connects has to say something."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.head_seconds, self._end, TIMEOUT)

    def connection_lost(self, exc: Exception | None) -> None:
        """No deadline outlives its connection."""
        super().connection_lost(exc)
        self._head_done()

    def data_received(self, data: bytes) -> None:
        """Count until the head is whole."""
        super().data_received(data)
        scope: Any = self.scope
        if scope is not None and "path" in scope:
            if self._deadline is not None:
                self._head_done()
            return
        self._head += len(data)
        if self._head > HEAD_BYTES:
            self._end(TOO_LARGE)
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._end, TIMEOUT)

    def _head_done(self) -> None:
        self._head = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self, farewell: bytes) -> None:
        self._head_done()
        if not self.transport.is_closing():
            self.transport.write(farewell)
            self.transport.close()
