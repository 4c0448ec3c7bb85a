"""A clock that can be set: it stands still there, or goes on from there."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]


class SettableClock:
    """Seconds since 1970, from `source` until it is set."""

    def __init__(self, source: Clock = time.time) -> None:
        self._source = source
        self._ahead = 0.0
        self._stands: float | None = None

    def __call__(self) -> float:
        """Now."""
        return self._source() + self._ahead if self._stands is None else self._stands

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._stands is None

    def set(self, now: float, *, runs: bool = True) -> None:
        """Make it `now`."""
        self._ahead = now - self._source()
        self._stands = None if runs else now

    def reset(self) -> None:
        """Back to the real time."""
        self._ahead, self._stands = 0.0, None
