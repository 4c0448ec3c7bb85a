"""The signals that end a server, and the promise that it does end, whatever it is doing.

    first signal   -> no new clients; responses under way are finished, for a few seconds at most
    second signal  -> they are dropped, and the process ends at once
    no end in time -> the process ends itself, and says so

A signal handler of Python runs between two instructions of the main thread, which may hold any lock at that moment. So
the handler only puts the time into a queue, and a thread of its own does the rest. That thread also ends a process whose
event loop is stuck: it does not need the loop for it.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Final

# a closed terminal sends SIGHUP; Windows has no such signal
STOP_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))
# Signals that come so soon after the first are copies of it, and no second wish. `timeout` sends SIGTERM to its child
# and then to the whole group; a terminal sends SIGINT to the group, and `uv run` and `npm` pass it on once more.
COPY_SECONDS: Final = 0.2
# longer than all that a server does at its end: the grace of 2 s, a second for tasks, a second for the last lines
MAX_SHUTDOWN_SECONDS: Final = 6.0
MAX_DROP_SECONDS: Final = 0.5


def set_stop_handler(handler: Callable[[float], None], numbers: Sequence[int] = STOP_SIGNALS) -> None:
    """Call `handler` with the monotonic time of each signal that asks this process to end, until it has ended.

    A SIGHUP that was ignored before stays so, as `nohup` wants it.
    """

    def handle(_number: int, _frame: FrameType | None) -> None:
        handler(time.monotonic())

    for number in numbers:
        if number == getattr(signal, "SIGHUP", None) and signal.getsignal(number) is signal.SIG_IGN:
            continue
        signal.signal(number, handle)
    # While it clears up, Python gives every signal that had a handler back to the system. One that comes in these last
    # milliseconds would kill a process that has ended well, and its exit code would be -15 and not 0.
    atexit.register(ignore_signals, numbers)


def ignore_signals(numbers: Sequence[int] = STOP_SIGNALS) -> None:
    """Ignore these signals from now on."""
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


class Shutdown:
    """Waits for what asks a server to end, in a thread of its own, and sees to it that the server does.

    `finish` and `drop` are called from that thread: to finish the responses under way, and to drop them. With
    `can_drop` False a second request changes nothing, as for a worker, whose supervisor ends it.
    """

    def __init__(self, finish: Callable[[], object], drop: Callable[[], object], *, can_drop: bool = True) -> None:
        self._finish = finish
        self._drop = drop
        self._can_drop = can_drop
        # SimpleQueue is made for signal handlers: its `put` may interrupt a `put` of the same thread
        self._requests: queue.SimpleQueue[float] = queue.SimpleQueue()

    def start(self) -> None:
        """Start the thread. It lives as long as the process: what Python does at its end may hang as well."""
        threading.Thread(target=self._run, name="lookalike shutdown", daemon=True).start()

    def request(self, now: float) -> None:
        """Ask the server to end; `now` is the monotonic time, in seconds. A signal handler may call this."""
        self._requests.put(now)

    def watch_lifeline(self, lifeline: int) -> None:
        """Ask the server to end when the pipe `lifeline` ends, as the process that held its other end is gone then."""

        def wait_for_end() -> None:
            with suppress(OSError):
                while os.read(lifeline, 1):
                    pass
            self.request(time.monotonic())

        threading.Thread(target=wait_for_end, name="lookalike lifeline", daemon=True).start()

    def _run(self) -> None:
        first_at = self._requests.get()
        self._call(self._finish)
        if not self._wait_for_second(first_at):
            print(f"it did not end within {MAX_SHUTDOWN_SECONDS:.0f} s and is ended by force", file=sys.stderr)
            os._exit(1)
        self._call(self._drop)
        time.sleep(MAX_DROP_SECONDS)
        os._exit(0)

    def _wait_for_second(self, first_at: float) -> bool:
        """Wait for a second wish to end. Return False when the time for an orderly end is over before."""
        deadline = first_at + MAX_SHUTDOWN_SECONDS
        while True:
            try:
                requested_at = self._requests.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return False
            if self._can_drop and requested_at - first_at >= COPY_SECONDS:
                return True

    @staticmethod
    def _call(function: Callable[[], object]) -> None:
        # the loop may be closed by now, as the server has ended and Python clears up
        with suppress(RuntimeError):
            function()
