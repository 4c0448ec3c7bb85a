"""Ctrl+C while a report is being made: the run is over by then, and what it found is printed all the same."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any, Final

import click

# what a shell makes of a program that SIGINT ended
EXIT_INTERRUPTED: Final = 130


def end_interrupted() -> int:
    """Say that the command was interrupted, and return the exit code for it."""
    click.echo("Interrupted, and nothing more is printed", err=True)
    # Python keeps in mind that an interrupt left an `exec`, as dataclasses have many of, and ends itself by a signal in
    # the end, although it was caught. Whatever is evaluated makes it forget that.
    eval("0")  # noqa: S307 - a text of our own
    return EXIT_INTERRUPTED


class InterruptHandler:
    """What SIGINT does: it raises KeyboardInterrupt, and once `defer` was called, the first one is only noted.

    The second one raises again: nobody has to wait for a report.
    """

    def __init__(self) -> None:
        self.was_interrupted = False
        self._is_deferring = False
        self._previous: Any = None

    def __enter__(self) -> InterruptHandler:
        # Python has signals in its main thread alone; and whoever ignores them, as `nohup` does, goes on doing so
        is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if is_default and threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._handle_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)

    def defer(self) -> None:
        """Note the next interrupt, and raise nothing."""
        self._is_deferring = True

    def _handle_signal(self, *_: object) -> None:
        if self._is_deferring and not self.was_interrupted:
            self.was_interrupted = True
            return
        raise KeyboardInterrupt
