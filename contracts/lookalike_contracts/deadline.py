"""When a run has to end, and how it ends there, whatever it is doing.

Most work looks at the deadline by itself: a request before it is sent, a client while it waits, a list's items while they
are validated. What a server sends can keep other code busy that knows no deadline, such as a regular expression of a
document, the parser of JSON, or somebody's own check. So an alarm ends that as well: it raises in the middle of it.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, NamedTuple, TypeVar

from .exceptions import TimeLimitExceeded

Result = TypeVar("Result")
# an alarm that something swallowed comes again, so often
REPEAT_SECONDS: Final = 0.05
# a timer takes 0 for "never"
MIN_SECONDS: Final = 0.001


class Deadline(NamedTuple):
    """A moment on time.monotonic(), and how many seconds there were until then."""

    moment: float
    seconds: float

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.moment

    def check(self) -> None:
        """Raise TimeLimitExceeded when it is over."""
        if self.is_over:
            raise TimeLimitExceeded(self.seconds)


NO_DEADLINE: Final = Deadline(float("inf"), 0.0)
_DEADLINE: ContextVar[Deadline] = ContextVar("deadline", default=NO_DEADLINE)


@contextmanager
def limit_time(moment: float, seconds: float) -> Iterator[None]:
    """Let whatever looks at `get_deadline` in this block end when the moment has come.

    A keyword of a schema is a function that jsonschema calls, so that nothing can be handed to it in any other way.
    """
    token = _DEADLINE.set(Deadline(moment, seconds))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def get_deadline() -> Deadline:
    """Return the deadline of the block that this is called in."""
    return _DEADLINE.get()


class _Alarm:
    """A timer that raises TimeLimitExceeded in the main thread, by a signal, again and again until it is stopped.

    A signal's handler runs between two steps of Python, and inside of `re`, which looks for signals while it backtracks.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self.is_active = True

    def start(self) -> None:
        self._previous_handler = signal.signal(signal.SIGALRM, self._handle_signal)
        self._previous_hook = sys.unraisablehook
        sys.unraisablehook = self._ignore_own_error
        seconds = max(MIN_SECONDS, self._deadline.moment - time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._previous_handler)
        sys.unraisablehook = self._previous_hook

    def _handle_signal(self, *_: object) -> None:
        if self.is_active:
            raise TimeLimitExceeded(self._deadline.seconds)

    def _ignore_own_error(self, unraisable: Any) -> None:
        # Python prints and drops what is raised in the middle of a `__del__`, say; the alarm comes again
        if not isinstance(unraisable.exc_value, TimeLimitExceeded):
            self._previous_hook(unraisable)


_alarm: _Alarm | None = None


def call_until(deadline: Deadline, function: Callable[[], Result]) -> Result:
    """Return what a function returns. Raise TimeLimitExceeded when the deadline comes first, or is over already.

    Where there are no such signals (Windows), in another thread than the main one, and where somebody else has the timer
    (pytest-timeout), only what looks at the deadline by itself ends there.
    """
    global _alarm  # noqa: PLW0603 - there is one timer in a process
    deadline.check()
    with limit_time(*deadline):
        if _alarm is not None or deadline.moment == NO_DEADLINE.moment or not _can_set_alarm():
            return function()
        alarm = _Alarm(deadline)
        _alarm = alarm
        try:
            alarm.start()
            return function()
        finally:
            # First of all, and without a call, before which Python would look for signals: from here on the handler does
            # nothing, so that no alarm is raised out of this block.
            alarm.is_active = False
            _alarm = None
            alarm.stop()


def _can_set_alarm() -> bool:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    seconds, _ = signal.getitimer(signal.ITIMER_REAL)
    return seconds == 0
