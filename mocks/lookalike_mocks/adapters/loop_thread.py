"""The one event loop of this process that serves in a thread, whatever the process does meanwhile.

A test suite may start hundreds of servers, so they share one loop. Four things could make a caller wait for ever for an
answer of that loop, and each has its place here:

- A forked child has a copy of the loop and not its thread. `_abandon_loop` lets the child forget it, without a word to
  the loop: what is registered there (an epoll file) belongs to the parent as well. The child's copies of the sockets are
  closed, as a port is only free, and a connection only ended, when nobody holds it any more.
- At its end Python stops the threads of this kind. `_stop` ends the loop before, and nobody asks it afterwards.
- gevent's `patch_all()` makes a greenlet of every thread, and a loop would never let another greenlet run. So the
  thread and what is waited with are the original ones.
- Whoever is called by the loop cannot wait for it.

And all waiting has an end, for what nobody thought of.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from ..threads import find_original, has_greenlets_for_threads

Result = TypeVar("Result")
CALL_SECONDS: Final = 10.0
STOP_SECONDS: Final = 1.0


class Closable(Protocol):
    """What serves on a loop; `server.Listener` is the one there is."""

    def list_sockets(self) -> list[socket.socket]:
        """Return the sockets that listen, and those of clients."""
        ...

    async def close(self) -> None:
        """Drop every connection."""
        ...


class LoopThread:
    """An event loop in a thread of its own; `served` is what listens there. Raises RuntimeError, OSError."""

    def __init__(self) -> None:
        self.served: set[Closable] = set()
        self._pid = os.getpid()
        self._is_over = False
        self._last_task: asyncio.Task[None] | None = None
        self._ident = 0
        # none where gevent has patched threads already
        self._thread: threading.Thread | None = None
        self._error: OSError | None = None
        self._has_begun = self._create_event()
        self._has_ended = self._create_event()
        try:
            self._start()
        except RuntimeError as error:
            # a subinterpreter, for one
            raise RuntimeError(f"a server needs a thread, and none can be started here ({error})") from error
        if not self._has_begun.acquire(True, CALL_SECONDS):
            raise RuntimeError(f"a server needs a thread, and the one for it did not begin within {CALL_SECONDS:.0f} s")
        if self._error is not None:
            raise self._error

    @staticmethod
    def _create_event() -> Any:
        """Return a lock that is held; whoever waits takes it, and what is waited for gives it back."""
        lock = find_original("_thread", "allocate_lock")()
        lock.acquire()
        return lock

    def _start(self) -> None:
        if has_greenlets_for_threads():
            find_original("_thread", "start_new_thread")(self._run, ())
            return
        self._thread = threading.Thread(target=self._run, name="lookalike", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._ident = find_original("_thread", "get_ident")()
        try:
            # here and not before, as a loop of uvloop's cannot be closed again where no thread can be started
            self._loop = create_loop()
        except OSError as error:
            self._error = error
            return
        finally:
            self._has_begun.release()
        try:
            self._loop.run_forever()
        finally:
            self._has_ended.release()
            self._avoid_patched_end()

    def _avoid_patched_end(self) -> None:
        """Never return in a thread that began before gevent's `patch_all()`.

        The end of a `threading.Thread` looks itself up by the patched functions, does not find itself, and prints a
        traceback. Python is about to end here, and ends what waits without a word.
        """
        if self._thread is not None and has_greenlets_for_threads():
            self._create_event().acquire()

    @property
    def is_alive(self) -> bool:
        """Return whether the loop can be asked: not in a forked child, and not at Python's end."""
        return not self._is_over and self._pid == os.getpid()

    def refuse_own_thread(self) -> None:
        """Raise RuntimeError where the loop itself calls, which would wait for itself."""
        if self.is_alive and find_original("_thread", "get_ident")() == self._ident:
            raise RuntimeError("a server cannot be started or stopped by what it calls to make a response")

    def call(self, function: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Run a coroutine on the loop, and return its result. Raise what it raises.

        Raises RuntimeError in the loop's own thread, when Python is at its end, and when the loop does not answer.
        """
        if self._is_over:
            raise RuntimeError("Python is ending, and its servers have ended already")
        self.refuse_own_thread()
        is_done = self._create_event()
        tasks: list[asyncio.Task[Result]] = []

        def start_task() -> None:
            task = self._loop.create_task(function())
            tasks.append(task)
            task.add_done_callback(lambda _: is_done.release())

        self._loop.call_soon_threadsafe(start_task)
        if not is_done.acquire(True, CALL_SECONDS):
            raise RuntimeError(f"the server's thread has not answered within {CALL_SECONDS:.0f} s; something blocks it")
        return tasks[0].result()

    def stop(self) -> None:
        """End the loop, as Python is about to end and would stop its thread anywhere."""
        self._is_over = True

        def start_last_task() -> None:
            self._last_task = self._loop.create_task(self._close_all())

        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(start_last_task)
        self._has_ended.acquire(True, STOP_SECONDS)

    async def _close_all(self) -> None:
        # a task that is left would be complained of when Python throws it away
        for listener in list(self.served):
            await listener.close()
        self._loop.stop()


# the loop of this process, as soon as there is one
_current: list[LoopThread] = []
# Loops of the processes that this one was forked from. To let them go would mean to close them, and with them what the
# parent has registered there.
_abandoned: Final[list[LoopThread]] = []


def get_loop_thread() -> LoopThread:
    """Return the process's one loop for servers in threads. Raises RuntimeError."""
    if not _current:
        _refuse_eventlet()
        thread = LoopThread()
        _current.append(thread)
        atexit.register(_stop, thread)
    return _current[0]


def create_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop, uvloop's where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _refuse_eventlet() -> None:
    """Raise RuntimeError under eventlet, which hides the original threads."""
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is not None and patcher.is_monkey_patched("thread"):
        message = "a server needs threads, and eventlet has replaced them: start `lookalike serve` as a process"
        raise RuntimeError(message)


def _stop(thread: LoopThread) -> None:
    # a forked child may end in the usual way, and has copies of what the parent wanted to do at its end
    if thread not in _abandoned:
        thread.stop()


def _abandon_loop() -> None:
    """Run in a forked child: forget the parent's loop, and close this process's copies of its sockets."""
    for thread in _current:
        for listener in thread.served:
            for sock in listener.list_sockets():
                # not `sock.close()`, by which a loop would notice
                with suppress(OSError):
                    os.close(sock.fileno())
    _abandoned.extend(_current)
    _current.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_loop)
