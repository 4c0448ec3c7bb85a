"""One client's connection, from its first byte to its end.

A newcomer's map. A connection is in one state at a time, and each state says what is read, how much of it, and until when:

    HEAD ──> BODY ──> ANSWERING ──> HEAD …
      └────────┴──────────┴───────> CLOSING

- **HEAD**: waiting for a request, or reading its head: everything up to the first empty line. The bytes are only kept and
  counted until the head is whole. Then it is parsed, unless the very same bytes came before (`head_cache`).
- **BODY**: reading the body, if the request has one. Bytes of the next request wait in `_unread`.
- **ANSWERING**: the response is being made. Most requests leave this state before they return to the event loop: the
  mock's pipeline is synchronous, and its response goes to the outbox ("the direct way"). Two kinds of request stay: those
  that the ASGI application answers itself (the control API), and responses with a fault, which take time or break the
  connection. Those have a task, an `AsgiExchange`. What the client sends meanwhile waits in `_unread`, and beyond
  `unread_bytes` in the client.
- **CLOSING**: our side has said its end. What comes is thrown away until the client says its own end too, at most for
  `linger_seconds`: a socket that is closed with bytes unread sends a reset, and a client may lose the response by it.

So one request is worked on at a time, and nothing of it is left when the next one begins: the reader's `request` holds all
that belongs to a request, and is a new object for each.

What can go wrong has one way out, `_refuse`: a short response with a status, and CLOSING. A body that is late or too long
is no such case: there the API itself answers, with the error that its vendor has for it.

Whoever knows uvicorn and Starlette will miss something: an application is not called when a head has come, and does not
`await receive()` for a body piece by piece. It is called when all of the request has come, or when it is sure that the
rest never will.

Take a POST whose body stops in the middle:

1. `data_received` gets the head. `_begin_request` makes BODY of HEAD, asks the application how long this body may be and
   take, and sets the timer.
2. `data_received` gets half of the body. The reader keeps it, up to `body_limit`, and knows how much is still to come.
   `_flow` counts it among the bodies of all connections, of which there may be so much and no more.
3. Nothing comes any more. After `body_pause_seconds` (or `body_seconds` since the head, which an API may have set itself:
   five at Alibaba Cloud) the timer calls `_check_deadline`. A body that drips ends there too, by its rate.
4. `_answer_broken_body` answers the request: a `Request` with the half body and `broken_rule="body-timeout"` goes the
   direct way, and the API answers with the error that its vendor has for it. For the control API and for applications
   that are not ours there is none, and the client gets a plain 408. The request has taken the half body along: it counts
   against the bound of the sandbox's journal now, and no longer here.
5. That response says `connection: close`, and the state is CLOSING: what might still come is the rest of this body, and
   must not be taken for a request.

Where the client leaves instead (`connection_lost`, or its end in `eof_received`), nobody is answered, and nothing is in a
journal: half a request is none.

Bounds are in `limits`, and nowhere else; how long a state may last is in `connection_timer`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final, cast

from starlette.types import ASGIApp

from lookalike_specs.messages import Request, Response

from . import response_head
from .asgi_exchange import AsgiExchange
from .connection_state import BodyLimitFunction, BodySecondsFunction, DirectHandler, Registry, State
from .connection_timer import ConnectionTimer
from .flow_control import FlowControl
from .head_cache import KnownHead
from .limits import Limits
from .outbox import get_outbox
from .request_reader import RequestReader, UnreadableRequest, is_one_head
from .response_head import encode_sized_head

# How many requests are answered directly before others on the loop have their turn. Otherwise a client that pipelines
# without end would keep the loop to itself.
MAX_DIRECT_RESPONSES: Final = 32
logger = logging.getLogger("lookalike")


class ServerConnection(asyncio.Protocol):
    """One client's connection to an ASGI application; see the module's map."""

    def __init__(self, app: ASGIApp, registry: Registry, limits: Limits) -> None:
        self.app = app
        self.registry = registry
        self.limits = limits
        # an application that is not ours is asked through ASGI alone
        self._respond_directly: DirectHandler | None = getattr(app, "respond_directly", None)
        self._get_body_limit: BodyLimitFunction = getattr(app, "get_body_limit", lambda *_: limits.body_bytes)
        self._get_body_seconds: BodySecondsFunction = getattr(app, "get_body_seconds", lambda _: 0.0)
        self._state = State.HEAD
        self._unread = bytearray()
        self._reader = RequestReader(limits)
        # of the request that came last: its version of HTTP, such as "1.1", and whether another one may follow
        self.version = ""
        self._keeps_alive = True
        self._exchange: AsgiExchange | None = None
        self._is_write_paused = False
        self._has_client_ended = False
        self._is_shutting_down = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock: a client that connects has to send something."""
        self.transport = cast(asyncio.Transport, transport)
        self.loop = asyncio.get_running_loop()
        self.lost = asyncio.Event()
        self.scheme = "https" if transport.get_extra_info("sslcontext") else "http"
        self._outbox = get_outbox(self.loop)
        self._heads = self.registry.heads[self.scheme]
        self._flow = FlowControl(self.transport, self.registry, self.limits)
        self._timer = ConnectionTimer(self.transport, self.limits, self._check_deadline)
        self.registry.connections.add(self)
        if len(self.registry.connections) > self.limits.connections:
            self._refuse(response_head.TOO_BUSY)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        """Wake what waits on this connection, and forget it."""
        self._state = State.CLOSING
        self.registry.connections.discard(self)
        self._timer.cancel()
        self.lost.set()
        if self._exchange is not None:
            # a task that waits for its client to read would wait for ever
            self._exchange.can_write.set()
            self._exchange = None
        self._reader.close()
        self._unread.clear()
        if self._flow.body_size:
            self._forget_body()

    def pause_writing(self) -> None:
        """Take no further request: the client asks faster than it reads."""
        self._is_write_paused = True
        if self._exchange is not None:
            self._exchange.can_write.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._is_write_paused = False
        self._timer.resume_responses()
        if self._exchange is not None:
            self._exchange.can_write.set()
        self._advance()

    def eof_received(self) -> bool:
        """Let a client that has sent its last byte still read its responses. Return whether to keep the connection."""
        self._has_client_ended = True
        if self._outbox.waiting:
            self._outbox.flush()
        if self.scheme == "https":
            # over TLS the end of one side is the end of both, and asyncio would log a warning
            return False
        if self._unread:
            # whole requests, of a client that sends a hundred and its end (`nc -N`), or half a one: this finds out
            self.loop.call_soon(self._advance)
            return True
        return self._state is State.ANSWERING

    def data_received(self, data: bytes) -> None:
        """Take in what the client sent, as far as its state allows."""
        if self._state is State.CLOSING:
            self._flow.discard(len(data))
            return
        is_first_of_head = self._state is State.HEAD and not self._unread
        if is_first_of_head or self._state is State.BODY:
            self._timer.active_at = self.loop.time()
        if is_first_of_head and not self._is_write_paused:
            known = self._heads.get(data)
            if known is not None:
                self.version = known.version
                self._keeps_alive = known.keeps_alive
                self._respond(known.request)
                return
            if is_one_head(data):
                self._take_head(data)
                return
        self._unread += data
        self._advance()

    @property
    def is_busy(self) -> bool:
        """Return whether a request has begun whose response has not ended."""
        return self._state in (State.BODY, State.ANSWERING)

    def shut_down(self) -> None:
        """End the connection as soon as the response that is under way has been sent."""
        self._is_shutting_down = True
        if self._state is State.HEAD:
            self._outbox.flush()
            self.transport.close()

    def _take_head(self, head: bytes) -> None:
        """Work on a head that came in one piece with nothing behind it, as nearly every request without a body does."""
        try:
            self._reader.parse_head(head, self._timer.active_at)
        except UnreadableRequest as error:
            self._refuse(error.status, error.advice)
            return
        self._begin_request()
        incoming = self._reader.request
        if not incoming.is_complete:
            return
        request = incoming.build_request(self.scheme, "")
        self._heads.keep(head, KnownHead(request, self.version, self._keeps_alive))
        self._respond(request)

    def _advance(self) -> None:
        """Work on what came: heads, bodies, requests, until there is not enough left or something has to end first."""
        count = 0
        while self._unread and not self._is_write_paused and self._read():
            count += self._answer_complete()
            if count >= MAX_DIRECT_RESPONSES:
                self.loop.call_soon(self._advance)
                break
        else:
            self._end_if_client_has()
        self._flow.pause_or_resume_reading(len(self._unread))

    def _end_if_client_has(self) -> None:
        """End the connection of a client that has said its end, where what is left of it is no whole request."""
        is_waiting = self._state in (State.HEAD, State.BODY) and not self._is_write_paused
        if self._has_client_ended and is_waiting:
            self._outbox.flush()
            self.close_gently()

    def _read(self) -> bool:
        """Take a head, or a piece of a body, out of what waits. Return False where there is nothing to be read now."""
        try:
            if self._state is State.HEAD:
                if not self._reader.read_head(self._unread, self._timer.active_at):
                    return False
                self._timer.active_at = self.loop.time()
                self._begin_request()
            elif self._state is State.BODY:
                self._reader.read_body(self._unread)
                self._flow.count_body(len(self._reader.request.body))
            else:
                return False
        except UnreadableRequest as error:
            self._refuse(error.status, error.advice)
            return False
        if self._reader.request.body_size > self.limits.body_bytes:
            self._answer_broken_body("body-too-large")
        elif self._flow.is_body_too_much:
            self._refuse(response_head.TOO_BUSY)
            return False
        return True

    def _forget_body(self) -> None:
        """Let go of a body that will not be answered, or was."""
        self._reader.request.body.clear()
        self._flow.count_body(0)

    def _begin_request(self) -> None:
        """Make out how long the body may be and take, where there is one."""
        self._state = State.BODY
        request = self._reader.request
        self.version = request.version
        self._keeps_alive = request.keeps_alive
        if not request.has_body:
            return
        request.body_limit = self._get_body_limit(request.method, request.path)
        request.body_seconds = self._get_body_seconds(request.path) or self.limits.body_seconds
        # the timer that runs may be due later than that
        self._timer.restart(min(request.body_seconds, self.limits.body_pause_seconds))
        if request.expects_continue and self.version == "1.1":
            self._outbox.flush()
            self.transport.write(response_head.CONTINUE)

    def _answer_complete(self) -> bool:
        """Answer the request if all of it has come. Return whether it had."""
        if self._state is not State.BODY or not self._reader.request.is_complete:
            return False
        self._answer()
        return True

    def _answer(self, broken_rule: str = "") -> None:
        self._flow.count_body(0)
        self._respond(self._reader.request.build_request(self.scheme, broken_rule))

    def _respond(self, request: Request) -> None:
        """Answer a request: directly, or by the ASGI application where it takes time."""
        self._state = State.ANSWERING
        response = None
        if self._respond_directly is not None:
            try:
                response = self._respond_directly(request)
            except Exception:
                # of the target the path alone: a query may hold credentials
                logger.exception("the mock failed on %s", request.path)
                self._refuse(response_head.SERVER_ERROR)
                return
        if response is None and request.broken_rule == "body-timeout":
            # an application that we do not know has no error of its own for it
            self._refuse(response_head.REQUEST_TIMEOUT)
        elif response is None or response.fault is not None:
            self._exchange = AsgiExchange(self, request, response)
            self._exchange.start()
        else:
            self._send(request, response)

    def _answer_broken_body(self, rule: str) -> None:
        """Answer a request whose body will not be read to its end; that is the last one of this connection."""
        self._keeps_alive = False
        self._answer(rule)

    def _send(self, request: Request, response: Response) -> None:
        body = response.body
        keeps_alive = self._keeps_alive and self.keeps_alive
        head = encode_sized_head(response, keeps_alive, self.version)
        if request.method == "HEAD":
            body = b""
        # a lone client would gain nothing from waiting for others
        is_alone = len(self.registry.connections) == 1
        self._outbox.add(self.transport, head, body, at_once=is_alone or not keeps_alive)
        if keeps_alive:
            self._state = State.HEAD
        else:
            self.close_gently()

    @property
    def keeps_alive(self) -> bool:
        """Return whether another request may come behind the one that is being answered."""
        if self._has_client_ended and not self._unread:
            return False
        return self._keeps_alive and not self._is_shutting_down

    def end_after_response(self) -> None:
        """Let the response that is under way be the last one."""
        self._keeps_alive = False

    def finish_exchange(self) -> None:
        """Go on behind a response that took time: wait for the next request, or end the connection."""
        self._timer.active_at = self.loop.time()
        self._exchange = None
        if self._state is State.CLOSING:
            return
        if not self.keeps_alive:
            self.close_gently()
            return
        self._state = State.HEAD
        if self._unread:
            self._advance()

    def _refuse(self, status: bytes, advice: bytes = b"") -> None:
        """Send a short response with that status, the last of this connection."""
        if not self.transport.is_closing():
            self._outbox.flush()
            self.transport.write(response_head.encode_closing_response(status, advice))
        self.close_gently()

    def close_gently(self) -> None:
        """Say our own end, behind all that was sent, and give the client time to read it.

        A close alone makes the system send a reset where bytes of the client are still unread, and a client that gets a
        reset may lose what came before it.
        """
        self._state = State.CLOSING
        self._unread.clear()
        if self._reader.request.body_size:
            self._forget_body()
        if self.lost.is_set():
            return
        # a transport that is closing waits until the client has read all, which may be for ever
        self._timer.active_at = self.loop.time()
        self._timer.restart(self.limits.linger_seconds)
        transport = self.transport
        if transport.is_closing():
            return
        if self._flow.is_reading_paused:
            # what comes is read, and thrown away
            self._flow.pause_or_resume_reading(len(self._unread))
        if self._has_client_ended or not transport.can_write_eof():
            # over TLS a close says our end first, and waits for the client's
            transport.close()
        else:
            transport.write_eof()

    def _check_deadline(self) -> None:
        """End what takes too long in this state."""
        if self._is_write_paused:
            # requests wait behind responses that the client does not read
            seconds_left = self._timer.compute_response_seconds_left()
        else:
            seconds_left = self._timer.compute_seconds_left(
                self._state, self._reader.request, has_asked=bool(self.version), has_unread=bool(self._unread)
            )
        if seconds_left > 0:
            self._timer.sleep_on(seconds_left)
        elif self._is_write_paused:
            self.transport.abort()
        elif self._state is State.HEAD and self.version and not self._unread:
            # idle between two requests: there is nothing to answer
            self.close_gently()
        elif self._state is State.HEAD:
            self._refuse(response_head.REQUEST_TIMEOUT)
        elif self._state is State.BODY:
            self._answer_broken_body("body-timeout")
        else:
            self.transport.abort()
