"""Situations that were asked for ahead of the requests that meet them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Annotated

import msgspec

from ..faults import Delay

MAX_SCHEDULED_SITUATIONS = 1000
RepeatCount = Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class ScheduledSituation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`situation` (`<api>/<id>`) for the next `times` answers of its API, or until it is taken back."""

    situation: str
    times: RepeatCount | None = None
    delay: Delay = Delay()


class ScheduledSituations:
    """At most MAX_DEMANDS; those of one API come one after the other, each as often as it says.

    Who asks for them may be in another thread than who answers.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[tuple[ScheduledSituation, int | None]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, demand: ScheduledSituation) -> bool:
        """Ask for it; False when too many wait already."""
        with self._lock:
            if len(self._waiting) >= MAX_SCHEDULED_SITUATIONS:
                return False
            self._waiting.append((demand, demand.times))
            return True

    def take_next(self, api: str, can: Callable[[str], bool] = bool) -> ScheduledSituation | None:
        """What the next answer of that API is to be, of what it `can` be at all; it counts as given."""
        with self._lock:
            for at, (demand, left) in enumerate(self._waiting):
                if demand.situation.startswith(f"{api}/") and can(demand.situation.partition("/")[2]):
                    if left is not None:
                        self._waiting[at : at + 1] = [(demand, left - 1)] if left > 1 else []
                    return demand
            return None

    def cancel(self, situation: str = "") -> int:
        """Forget that situation, or all of them; how many there were."""
        with self._lock:
            before = len(self._waiting)
            self._waiting = [pair for pair in self._waiting if situation and pair[0].situation != situation]
            return before - len(self._waiting)

    def remove(self, demand: ScheduledSituation) -> None:
        """Take back this very one, and none that asks for the same."""
        with self._lock:
            self._waiting = [pair for pair in self._waiting if pair[0] is not demand]

    def list_pending(self) -> list[ScheduledSituation]:
        """What still waits, with what is left of `times`."""
        with self._lock:
            return [msgspec.structs.replace(demand, times=left) for demand, left in self._waiting]
