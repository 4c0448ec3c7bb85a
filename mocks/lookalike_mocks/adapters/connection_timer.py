"""How long a connection may still be in its state, and the one timer that looks after it.

There is one timer for each connection and none for each request: it looks when a deadline may have passed, and sleeps on
for what is left if the client has been active meanwhile. A request that is answered at once costs it nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .connection_state import State
from .limits import Limits
from .request_reader import IncomingRequest
from .response_progress import ResponseProgress, count_waiting_bytes


class ConnectionTimer:
    """The timer of one connection; `look` is called when a deadline may have passed.

    `active_at` is when the client last did what the state waits for, on the loop's clock.
    """

    def __init__(self, transport: asyncio.Transport, limits: Limits, look: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._limits = limits
        self._look = look
        # of the responses that wait; there is none before the client leaves some unread
        self._progress: ResponseProgress | None = None
        self.active_at = self._loop.time()
        # a client that connects has to send something
        self._first_seconds = min(limits.head_seconds, limits.idle_seconds)
        self._handle = self._loop.call_later(self._first_seconds, look)

    def restart(self, seconds: float) -> None:
        """Look again in so many seconds."""
        self._handle.cancel()
        self._handle = self._loop.call_later(seconds, self._look)

    def sleep_on(self, seconds_left: float) -> None:
        """Look again when the deadline may have passed, or earlier: a state with a shorter one may begin meanwhile."""
        self.restart(min(seconds_left, self._limits.shortest_seconds))

    def cancel(self) -> None:
        """Look no more."""
        self._handle.cancel()

    def resume_responses(self) -> None:
        """Give the client its whole time again: it has read nearly all that waited."""
        self.active_at = self._loop.time()
        self._progress = None

    def compute_seconds_left(self, state: State, request: IncomingRequest, has_asked: bool, has_unread: bool) -> float:
        """Return how long the connection may still be in its state; 0 or less where that is over.

        `request` is the one that is coming in. `has_asked` tells whether an earlier request came, and `has_unread` whether
        something came that is not worked on yet.
        """
        now = self._loop.time()
        limits = self._limits
        if state is State.ANSWERING:
            return self.compute_response_seconds_left(now)
        if state is State.BODY:
            return request.compute_seconds_left(limits, self.active_at, now)
        if state is State.CLOSING:
            if self._transport.get_write_buffer_size():
                # the last response, of which a slow reader has not got all
                return self.compute_response_seconds_left(now)
            return self.active_at + limits.linger_seconds - now
        seconds = limits.idle_seconds
        if has_unread:
            seconds = limits.head_seconds
        elif not has_asked:
            seconds = self._first_seconds
        return self.active_at + seconds - now

    def compute_response_seconds_left(self, now: float | None = None) -> float:
        """Return how long a client may still take to read; what takes its time here is our affair."""
        if now is None:
            now = self._loop.time()
        if self._progress is None:
            self._progress = ResponseProgress(self._limits)
        self._progress.update(count_waiting_bytes(self._transport), now)
        self.active_at = max(self.active_at, self._progress.moved_at)
        return self._progress.compute_seconds_left(now)
