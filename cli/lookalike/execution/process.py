"""Runs the command: its input, output and signals are ours, and whatever it started ends with it.

Two ways, by who else gets a signal. In the foreground of a terminal the command stays in our process group: the terminal
itself sends Ctrl+C to all of the group, and the command may read what is typed. Elsewhere, as in CI, it leads a group of
its own, and each signal that we get is passed on to it, once.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

SIGNAL_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
# what a terminal sends to all of its foreground group
TERMINAL_SIGNAL_NAMES: Final = ("SIGINT", "SIGQUIT")
# a command that was told so often to end is ended
MAX_SIGNALS: Final = 3
STOP_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.02
# of <sys/prctl.h>: orphans below us become our children, and not those of process 1
PR_SET_CHILD_SUBREAPER: Final = 36
# as shells have it: 128 and the signal's number
SIGNAL_STATUS: Final = 128
PLATFORM_HAS_GROUPS: Final = hasattr(os, "killpg")


class CommandProcess:
    """A command that runs for as long as a block lasts. Raise OSError where it cannot be started."""

    def __init__(self, start: Callable[[Mapping[str, Any]], subprocess.Popen[bytes]]) -> None:
        self._start = start
        self._signal_count = 0
        self._is_in_foreground = _is_foreground()

    def run(self) -> int:
        """Run the command to its end, and return its exit status as a shell gives it. Raise OSError."""
        options: dict[str, Any] = {}
        if PLATFORM_HAS_GROUPS and not self._is_in_foreground:
            options["process_group"] = 0
        with _end_orphans():
            process = self._start(options)
            try:
                with self._pass_signals(process):
                    status = process.wait()
            finally:
                _end_process(process)
                self._end_group(process)
        if status < 0:
            return SIGNAL_STATUS - status
        return status

    @contextmanager
    def _pass_signals(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        terminal_signals = _list_signals(TERMINAL_SIGNAL_NAMES)

        def handle_signal(number: int, _: FrameType | None) -> None:
            self._signal_count += 1
            if self._signal_count > MAX_SIGNALS:
                process.kill()
            elif not (self._is_in_foreground and number in terminal_signals):
                process.send_signal(number)

        numbers = _list_signals(SIGNAL_NAMES)
        if threading.current_thread() is not threading.main_thread():
            # Python has signals in its main thread alone
            numbers = []
        previous = {}
        for number in numbers:
            # who ignores a signal, as under `nohup`, goes on doing so, and the command inherits it
            if signal.getsignal(number) is not signal.SIG_IGN:
                previous[number] = signal.signal(number, handle_signal)
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _end_group(self, process: subprocess.Popen[bytes]) -> None:
        """End what is left of the command's own group, where it has one."""
        if self._is_in_foreground or not PLATFORM_HAS_GROUPS:
            return
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGTERM)


def _list_signals(names: Sequence[str]) -> list[signal.Signals]:
    """Return those of the signals that this platform has."""
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def _is_foreground() -> bool:
    """Return whether a terminal sends its Ctrl+C to us, and to what is in our group."""
    if not hasattr(os, "tcgetpgrp"):
        # on Windows the console sends it to all
        return True
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError, AttributeError):
            if stream is not None and stream.isatty() and os.tcgetpgrp(stream.fileno()) == os.getpgrp():
                return True
    return False


def _end_process(process: subprocess.Popen[bytes]) -> None:
    """End a command that we leave before it has ended, as when something of ours fails."""
    if process.poll() is None:
        process.kill()
        process.wait()


@contextmanager
def _end_orphans() -> Iterator[None]:
    """Become the parent of whatever is left behind within the block, and end it; only Linux has that.

    It is asked to end, and killed where it does not. What that leaves behind comes to us in turn.
    """
    if sys.platform != "linux":
        yield
        return
    # of the program that runs us inside, such as a test suite with servers of its own
    others = _list_children()
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        _end_children(others)
        prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _end_children(others: set[int]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    asked: set[int] = set()
    while children := _list_children() - others:
        if time.monotonic() > deadline + STOP_SECONDS:
            # one that the kernel holds, as for a disk that does not answer, cannot be ended by anybody
            return
        for child in children:
            if time.monotonic() > deadline:
                _send_signal(child, signal.SIGKILL)
            elif child not in asked:
                asked.add(child)
                _send_signal(child, signal.SIGTERM)
            with suppress(ChildProcessError):
                os.waitpid(child, os.WNOHANG)
        time.sleep(POLL_SECONDS)


def _list_children() -> set[int]:
    """Return the children of this process, by their ids; each thread has its own."""
    children: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            children.update(map(int, path.read_text("ascii").split()))
    return children


def _send_signal(pid: int, number: signal.Signals) -> None:
    with suppress(OSError):
        os.kill(pid, number)
