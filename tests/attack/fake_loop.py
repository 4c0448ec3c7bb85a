"""An event loop without sockets, threads or time: the test says when a turn is taken and when seconds pass.

A deadline of 300 seconds costs nothing here, and the same steps always lead to the same turns. What asyncio's own loop
does is kept where it matters: callbacks that are due run in the order in which they were scheduled, one turn after the other,
and what a turn schedules belongs to the next.
"""

# mypy: disable-error-code="override"
# of a loop's methods these are the ones that are called here, with the arguments that are given

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

# beyond that many turns without an end something schedules itself for ever
MAX_TURNS = 20_000


class FakeLoop(asyncio.AbstractEventLoop):
    """A loop whose clock stands still until `advance` moves it. `errors` are what asyncio would have logged."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[asyncio.TimerHandle] = []
        self.errors: list[dict[str, Any]] = []

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, handle)
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: cancelled timers are passed over when they are due."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def get_debug(self) -> bool:
        return False

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.errors.append(context)

    def list_timers(self) -> list[asyncio.TimerHandle]:
        """Return the timers that will still be called."""
        return [timer for timer in self._timers if not timer.cancelled()]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the running loop of this thread."""
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    def run_ready(self) -> None:
        """Take turns until nothing is left to do now."""
        with self.running():
            for _ in range(MAX_TURNS):
                if not self._ready:
                    return
                for _ in range(len(self._ready)):
                    handle = self._ready.popleft()
                    if not handle.cancelled():
                        handle._run()
        raise AssertionError("something keeps the loop busy without end")

    def advance(self, seconds: float) -> None:
        """Let time pass: each timer is called at its own time, and what comes of it has its turns."""
        end = self._now + seconds
        self.run_ready()
        while self._timers and self._timers[0].when() <= end:
            timer = heapq.heappop(self._timers)
            if timer.cancelled():
                continue
            self._now = max(self._now, timer.when())
            self._ready.append(timer)
            self.run_ready()
        self._now = end
