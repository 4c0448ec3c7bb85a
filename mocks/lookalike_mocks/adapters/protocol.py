"""A client's connection: uvicorn's HTTP protocol with deadlines, and a direct way for requests without a body.

The pipeline is synchronous and needs no ASGI, so a GET is answered as soon as its head is read: no task, no scope, no
messages. Everything else (bodies, upgrades, requests behind an answer that is still under way) goes through ASGI.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lookalike_specs.messages import RawHeaders, Response

from .raw_connection import EXTENSION, RawConnection, encode_head

MAX_HEAD_BYTES = 64 * 1024
# answers to requests that came in one piece, before they have to queue up
MAX_DIRECT_RESPONSES = 32
CLOSING_RESPONSE = b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
REQUEST_TIMEOUT = b"408 Request Timeout"
HEAD_TOO_LARGE = b"431 Request Header Fields Too Large"
SERVER_ERROR = b"500 Internal Server Error"
# method, path, query, headers, scheme -> the answer to a request without a body; None where it has to go through ASGI
BodilessHandler = Callable[[str, str, bytes, RawHeaders, str], Response | None]
logger = logging.getLogger("lookalike")


def _split_target(url: bytes) -> tuple[str, bytes]:
    """Path and query of a request line; a full URL may stand there too."""
    if url.startswith(b"/") and b"#" not in url and b"//" not in url[:2]:
        path, _, query = url.partition(b"?")
        return path.decode("ascii"), query
    parsed = httptools.parse_url(url)
    return parsed.path.decode("ascii"), parsed.query or b""


class Outbox:
    """The direct answers of one turn of the loop, sent together at its end.

    Each send may wake the client, which costs more than the send itself; sent together they wake it once.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[tuple[asyncio.Transport, tuple[bytes, bytes], bool]] = []

    def add(self, transport: asyncio.Transport, parts: tuple[bytes, bytes], stays: bool) -> None:
        """Send head and body at the end of this turn; then end the connection unless it `stays`."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append((transport, parts, stays))

    def flush(self) -> None:
        """Send what waits now."""
        waiting = self._waiting
        self._waiting = []
        for transport, parts, stays in waiting:
            if not transport.is_closing():
                # asyncio would try to send an empty part for ever
                transport.writelines(parts if parts[1] else parts[:1])
                if not stays:
                    transport.close()


@lru_cache(maxsize=8)
def get_outbox(loop: asyncio.AbstractEventLoop) -> Outbox:
    """The one outbox of a loop."""
    return Outbox(loop)


class MockProtocol(HttpToolsProtocol):
    """Ends connections whose head does not come within `head_seconds`, or not within HEAD_BYTES."""

    head_seconds = 10.0
    idle_seconds = 5.0
    _timer: asyncio.TimerHandle | None = None
    _head_size = 0
    _direct_count = 0
    _active_at = 0.0
    _begun_count = 0
    _is_idle = True
    _is_whole = False
    _is_direct = False
    _response: Response | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client that connects has to say something."""
        super().connection_made(transport)
        self._answer_bodiless: BodilessHandler | None = getattr(self.app, "answer_bodiless", None)
        self._outbox = get_outbox(self.loop)
        self._lost = asyncio.Event()
        self._active_at = self.loop.time()
        self._timer = self.loop.call_later(min(self.head_seconds, self.idle_seconds), self._check_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        """No timer outlives its connection, and no answer that waits."""
        super().connection_lost(exc)
        self._lost.set()
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Count until the head is whole."""
        self._direct_count = 0
        self._begun_count = 0
        was_idle = self._is_idle
        if not self._head_size:
            self._active_at = self.loop.time()
        super().data_received(data)
        if self._is_whole:
            self._head_size = 0
            return
        # a head that began in this piece, behind another request, is counted from the next one on
        is_behind = self._begun_count and not (was_idle and self._begun_count == 1)
        self._head_size = 1 if is_behind else self._head_size + len(data)
        if self._head_size > MAX_HEAD_BYTES:
            self._end_with(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The scope is only made when it turns out to be needed."""
        self._begun_count = self._begun_count + 1
        self._is_idle = False
        self._is_whole = False
        self._is_direct = False
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Answer directly, or start the way through ASGI."""
        self._is_whole = True
        if self._answer_bodiless is None or self._is_behind():
            self._through_asgi()
            return
        self._direct_count += 1
        path, query = _split_target(self.url)
        self._response = self._answer(self._answer_bodiless, unquote(path) if "%" in path else path, query)
        self._is_direct = self._response is not None and self._response.fault is None
        if not self._is_direct:
            self._through_asgi(self._response)

    def _is_behind(self) -> bool:
        """Whether an answer is under way, or the client asks faster than it reads; ASGI then makes it wait."""
        under_way = self.pipeline or not (self.cycle is None or self.cycle.response_complete)
        return bool(under_way or self.flow.write_paused or self._direct_count >= MAX_DIRECT_RESPONSES)

    def on_body(self, body: bytes) -> None:
        """The body of a request that was answered directly is of no interest."""
        if not self._is_direct:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Send the direct answer."""
        self._is_idle = True
        if not self._is_direct:
            super().on_message_complete()
        elif self._response is not None and not self.transport.is_closing():
            self._send(self._response)

    def _answer(self, direct: BodilessHandler, path: str, query: bytes) -> Response | None:
        try:
            method = self.parser.get_method().decode("ascii")
            scheme = self.scheme or "http"
            return direct(method, path, query, tuple(self.headers), scheme)
        except Exception:
            logger.exception("the mock failed on %s", path)
            self._end_with(SERVER_ERROR)
            return Response(status=500, body=b"")

    def _through_asgi(self, reply: Response | None = None) -> None:
        """The long way, with the answer if there is one already."""
        url = self.url
        headers = self.headers
        expects = self.expect_100_continue
        super().on_message_begin()
        self.url = url
        self.expect_100_continue = expects
        self.headers.extend(headers)
        wire = RawConnection(self.transport, self._lost, self.app_state, reply)
        self.scope["extensions"] = {EXTENSION: wire}  # type: ignore[dict-item]
        super().on_headers_complete()
        wire.attach_cycle(self.cycle)

    def _send(self, reply: Response) -> None:
        stays = self.parser.should_keep_alive()
        begin = encode_head(reply.status, reply.media_type, (*self.server_state.default_headers, *reply.headers))
        length = b"content-length: %d\r\n%b\r\n" % (len(reply.body), b"" if stays else b"connection: close\r\n")
        self.server_state.total_requests += 1
        self._outbox.add(self.transport, (begin + length, reply.body), stays)
        if len(self.connections) == 1:
            self._outbox.flush()

    def _check_deadline(self) -> None:
        """Whether it is time to end a connection that is idle or slow; one timer a connection, not one a request."""
        busy = self.cycle is not None and not self.cycle.response_complete
        limit = self.idle_seconds if self._is_whole else self.head_seconds
        left = limit if busy else self._active_at + limit - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._check_deadline)
        elif self._is_whole:
            self.transport.close()
        else:
            self._end_with(REQUEST_TIMEOUT)

    def _end_with(self, farewell: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(CLOSING_RESPONSE % farewell)
            self.transport.close()
