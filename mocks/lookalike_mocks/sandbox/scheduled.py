"""Situations that were asked for ahead of the requests that meet them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Final

import msgspec

from ..faults import Delay
from ..memory.limits import SITUATION_BYTES, MemoryLimits
from ..memory.manager import SandboxMemory

MAX_SCHEDULED_SITUATIONS: Final = MemoryLimits().situations
RepeatCount = Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class ScheduledSituation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`situation` (`<api>/<id>`) for the next `times` answers of its API, or until it is cancelled.

    With `operation`, an operation's id in the API's document, for answers of that operation alone.
    """

    situation: str
    times: RepeatCount | None = None
    delay: Delay = Delay()
    operation: str = ""


class ScheduledSituations:
    """At most MAX_SCHEDULED_SITUATIONS; those of one API come one after the other, each as often as it says.

    `pending` are those that wait, with what is left of `times`. Who schedules may be in another thread than who
    answers; an answer looks whether any waits without the lock, which costs nothing where none does.
    """

    def __init__(self, memory: SandboxMemory | None = None) -> None:
        self._memory = memory or SandboxMemory()
        self._lock = self._memory.lock
        # situation -> how often it was cancelled; "" counts when all were
        self._cancel_counts: Counter[str] = Counter()
        self.pending: list[tuple[ScheduledSituation, int | None]] = []

    def __bool__(self) -> bool:
        return bool(self.pending)

    def add(self, scheduled: ScheduledSituation) -> bool:
        """Let a situation wait for its answers; return False when too many wait already."""
        with self._lock:
            if len(self.pending) >= MAX_SCHEDULED_SITUATIONS:
                return False
            self.pending.append((scheduled, scheduled.times))
            self._memory.charge("situations", SITUATION_BYTES)
            return True

    def take_next(
        self, api: str, is_possible: Callable[[str], bool] = bool, operation: str = ""
    ) -> ScheduledSituation | None:
        """Return what the next answer of an API is to be, and count it as given; None where nothing fits.

        What is not possible now goes on waiting and does not block the rest: an empty page while a client converts the
        address of its image, or what was asked for at another operation than this.
        """
        with self._lock:
            for index, (scheduled, remaining) in enumerate(self.pending):
                owner, _, situation = scheduled.situation.partition("/")
                if owner != api or not is_possible(situation):
                    continue
                if scheduled.operation not in ("", operation):
                    continue
                if remaining == 1:
                    del self.pending[index]
                    self._memory.charge("situations", -SITUATION_BYTES)
                elif remaining is not None:
                    self.pending[index] = (scheduled, remaining - 1)
                return scheduled
            return None

    def cancel(self, situation: str = "") -> int:
        """Cancel that situation, or all of them; return how many there were."""
        with self._lock:
            self._cancel_counts[situation] += 1
            count = len(self.pending)
            remaining = []
            if situation:
                remaining = [entry for entry in self.pending if entry[0].situation != situation]
            self._replace_pending(remaining)
            return count - len(remaining)

    def remove(self, scheduled: ScheduledSituation) -> None:
        """Cancel this very one, and none that asks for the same."""
        with self._lock:
            self._cancel_counts[scheduled.situation] += 1
            self._replace_pending([entry for entry in self.pending if entry[0] is not scheduled])

    def _replace_pending(self, remaining: list[tuple[ScheduledSituation, int | None]]) -> None:
        self._memory.charge("situations", SITUATION_BYTES * (len(remaining) - len(self.pending)))
        self.pending = remaining

    def watch(self, situation: str) -> Callable[[], bool]:
        """Return what tells whether that situation was not cancelled from here on, used up or not."""
        counts = self._cancel_counts
        before = counts[situation] + counts[""]
        return lambda: counts[situation] + counts[""] == before

    def list_pending(self) -> list[ScheduledSituation]:
        """Return what still waits, with what is left of `times`."""
        with self._lock:
            return [msgspec.structs.replace(scheduled, times=remaining) for scheduled, remaining in self.pending]
