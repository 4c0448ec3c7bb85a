"""One client's connection: uvicorn's HTTP protocol with deadlines, and a direct way for requests without a body.

A newcomer's map. asyncio gives the bytes that come in to `data_received`; uvicorn gives them to httptools, and that calls
back, in this order and from within `data_received`, for each request that it finds:

    on_message_begin -> on_url, on_header … -> on_headers_complete -> on_body … -> on_message_complete

There are two ways from there to an answer.

- **The direct way**. The mock's pipeline is synchronous, so a request without a body can be answered as soon as its head
  is read. `on_headers_complete` asks the application's `answer_bodiless`, `on_message_complete` gives the response to the
  outbox. No task, no ASGI scope, no messages: a third of the time of the other way.
- **The way through ASGI**. Everything else takes it: requests with a body, the control API, responses with a fault (which
  take time, or break the connection), and whatever comes while an earlier response is under way, as HTTP/1.1 has
  responses in the order of the requests. uvicorn makes the scope and a cycle (its object for one request under way), and
  queues the cycle in `pipeline` if another one is not done.

A response that turned out to have a fault has been made already when the request takes the second way. It travels in
`scope["extensions"]["lookalike"]`, as `RawConnection.response`, so that the mock is not asked twice.

The states of a connection, and how they are kept:

| state | `_is_whole` | `_is_idle` | what may happen |
| --- | --- | --- | --- |
| new: nothing was sent yet | no | yes | a 408 after `head_seconds` |
| a head is coming in | no | no | a 408 after `head_seconds`, a 431 beyond MAX_HEAD_BYTES |
| the head is whole, the body may be coming in | yes | no | a body's deadline is the application's |
| between two requests | yes | yes | the end after `idle_seconds` |

`_is_direct` tells which way the request took whose callbacks are running now. Pipelined requests pass through all of it
within a single `data_received`.

All that is private to uvicorn in here is listed in `uvicorn_internals`.
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
# How many of the requests that came in one piece are answered directly; those behind them take the way through ASGI,
# where uvicorn stops reading. Otherwise a client that pipelines without end would keep the loop to itself.
MAX_DIRECT_RESPONSES = 32
CLOSING_RESPONSE = b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
REQUEST_TIMEOUT = b"408 Request Timeout"
HEAD_TOO_LARGE = b"431 Request Header Fields Too Large"
SERVER_ERROR = b"500 Internal Server Error"
# method, path, query, headers, scheme -> the response to a request without a body, or None for one that has to go
# through ASGI
BodilessHandler = Callable[[str, str, bytes, RawHeaders, str], Response | None]
logger = logging.getLogger("lookalike")


def _split_unusual_target(target: bytes) -> tuple[str, bytes]:
    """Return path and query of a request target such as `http://host/path?query` or `//host/path`. Raise ValueError."""
    parsed = httptools.parse_url(target)
    return parsed.path.decode("ascii"), parsed.query or b""


class Outbox:
    """The direct responses of one turn of the event loop, sent together at its end.

    Each send may wake its client, which costs more than the send itself. Clients that are woken one by one ask again one
    by one, and each of their requests is a turn of the loop; clients that are woken together ask together.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[tuple[asyncio.Transport, bytes, bytes, bool]] = []

    def add(self, transport: asyncio.Transport, head: bytes, body: bytes, keep_alive: bool) -> None:
        """Send head and body at the end of this turn; then close the connection unless it is to `keep_alive`."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append((transport, head, body, keep_alive))

    def flush(self) -> None:
        """Send what waits now."""
        waiting = self._waiting
        self._waiting = []
        for transport, head, body, keep_alive in waiting:
            if transport.is_closing():
                continue
            # asyncio would try to send an empty part for ever
            if body:
                transport.writelines((head, body))
            else:
                transport.write(head)
            if not keep_alive:
                transport.close()


@lru_cache(maxsize=8)
def get_outbox(loop: asyncio.AbstractEventLoop) -> Outbox:
    """Return the one outbox of a loop."""
    return Outbox(loop)


class MockProtocol(HttpToolsProtocol):
    """A connection that ends when its head does not come within `head_seconds` and MAX_HEAD_BYTES, or when it is idle."""

    head_seconds = 10.0
    idle_seconds = 5.0
    # see the table above
    _is_whole = False
    _is_idle = True
    _is_direct = False
    # the response that the direct way found, from the end of the head to the end of the message
    _response: Response | None = None
    _timer: asyncio.TimerHandle | None = None
    # when the client sent the first bytes of a head, on the loop's clock
    _active_at = 0.0
    # bytes of the head that is coming in; 0 between two requests
    _head_size = 0
    # of the bytes that are being worked on now: how many were answered directly, how many requests began
    _direct_count = 0
    _begun_count = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a client that connects has to send something."""
        super().connection_made(transport)
        # another application (the benchmarks serve one) has no direct way
        self._answer_bodiless: BodilessHandler | None = getattr(self.app, "answer_bodiless", None)
        self._outbox = get_outbox(self.loop)
        self._lost = asyncio.Event()
        self._active_at = self.loop.time()
        self._timer = self.loop.call_later(min(self.head_seconds, self.idle_seconds), self._check_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer, and wake the faults that wait on this connection."""
        super().connection_lost(exc)
        self._lost.set()
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Parse what came, and count it for as long as a head is not whole."""
        self._direct_count = 0
        self._begun_count = 0
        was_idle = self._is_idle
        if not self._head_size:
            self._active_at = self.loop.time()
        super().data_received(data)
        if self._is_whole:
            self._head_size = 0
            return
        # Where a request ended and another one's head began within this piece, it is not known how much of the piece
        # belongs to the head: it is counted from the next piece on, and the 1 only says that one is coming in. The case
        # `was_idle and one begun` is the first piece of a head that has the piece to itself.
        has_piece_to_itself = self._begun_count == 0 or (was_idle and self._begun_count == 1)
        if has_piece_to_itself:
            self._head_size += len(data)
        else:
            self._head_size = 1
        if self._head_size > MAX_HEAD_BYTES:
            self._end_with(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Clear what belonged to the last request; the ASGI scope is only made when it turns out to be needed."""
        self._begun_count += 1
        self._is_idle = False
        self._is_whole = False
        self._is_direct = False
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Take one of the two ways."""
        self._is_whole = True
        cycle = self.cycle
        if (
            self._answer_bodiless is None
            # an earlier response is under way through ASGI, and this one has to come behind it
            or self.pipeline
            or (cycle is not None and not cycle.response_complete)
            # the client asks faster than it reads: ASGI makes it wait
            or self.flow.write_paused
            or self._direct_count >= MAX_DIRECT_RESPONSES
        ):
            self._start_asgi()
            return
        self._direct_count += 1
        response = self._respond_directly(self._answer_bodiless)
        if response is None or response.fault is not None:
            self._start_asgi(response)
            return
        # sent when the message is complete: a GET may have a body too, and its bytes belong to this request
        self._response = response
        self._is_direct = True

    def _respond_directly(self, answer_bodiless: BodilessHandler) -> Response | None:
        """Return the response, or None where the request has to go through ASGI."""
        target = self.url
        # not within the `try`: a target that cannot be read is the client's fault, and httptools makes a 400 of it
        if target.startswith(b"/") and not target.startswith(b"//") and b"#" not in target:
            raw_path, _, query = target.partition(b"?")
            path = raw_path.decode("ascii")
        else:
            path, query = _split_unusual_target(target)
        if "%" in path:
            path = unquote(path)
        try:
            method = self.parser.get_method().decode("ascii")
            return answer_bodiless(method, path, query, tuple(self.headers), self.scheme or "http")
        except Exception:
            # of the target the path alone: a query may hold credentials
            logger.exception("the mock failed on %s", path)
            self._end_with(SERVER_ERROR)
            # it is not sent, as the connection is closing; but the rest of the request is passed over
            return Response(status=500, body=b"")

    def on_body(self, body: bytes) -> None:
        """Pass over the body of a request that was answered directly."""
        if not self._is_direct:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Send the direct response."""
        self._is_idle = True
        if not self._is_direct:
            super().on_message_complete()
        elif self._response is not None and not self.transport.is_closing():
            self._send(self._response)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing of an `Upgrade` that is not followed, where uvicorn advises on stderr to install WebSocket packages.

        A client that offers HTTP/2 over plain http (`h2c`) would bring that advice with each of its requests.
        """

    def _start_asgi(self, response: Response | None = None) -> None:
        """Let uvicorn start the request, which is read already; `response` is there if the direct way found one."""
        url = self.url
        headers = self.headers
        expect_100_continue = self.expect_100_continue
        # makes the scope, and empties what the parser's callbacks have filled since our own on_message_begin
        super().on_message_begin()
        self.url = url
        self.expect_100_continue = expect_100_continue
        self.headers.extend(headers)
        connection = RawConnection(self.transport, self._lost, self.app_state, response)
        self.scope["extensions"] = {EXTENSION: connection}  # type: ignore[dict-item]
        super().on_headers_complete()
        connection.attach_cycle(self.cycle)

    def _send(self, response: Response) -> None:
        keep_alive = self.parser.should_keep_alive()
        headers = response.headers
        if self.server_state.default_headers:
            headers = (*self.server_state.default_headers, *headers)
        head = encode_head(response.status, response.media_type, headers)
        if keep_alive:
            head = b"%bcontent-length: %d\r\n\r\n" % (head, len(response.body))
        else:
            head = b"%bcontent-length: %d\r\nconnection: close\r\n\r\n" % (head, len(response.body))
        self.server_state.total_requests += 1
        self._outbox.add(self.transport, head, response.body, keep_alive)
        # a lone client would gain nothing from waiting for others
        if len(self.connections) == 1:
            self._outbox.flush()

    def _check_deadline(self) -> None:
        """End the connection if it is idle or slow.

        There is one timer for each connection and none for each request: it looks when the deadline may have passed, and
        sleeps on for what is left if the client has been active meanwhile.
        """
        is_busy = self.cycle is not None and not self.cycle.response_complete
        limit = self.idle_seconds if self._is_whole else self.head_seconds
        seconds_left = self._active_at + limit - self.loop.time()
        if is_busy:
            # a response that takes its time, such as one with a delay, is the application's affair
            seconds_left = limit
        if seconds_left > 0:
            self._timer = self.loop.call_later(seconds_left, self._check_deadline)
        elif self._is_whole:
            self.transport.close()
        else:
            self._end_with(REQUEST_TIMEOUT)

    def _end_with(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(CLOSING_RESPONSE % status)
            self.transport.close()
