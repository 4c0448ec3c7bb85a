"""How often something was done within the last second."""

from __future__ import annotations

from collections import OrderedDict, deque


class RateLimiter:
    """The moments of the last second for at most `limit` names; the name that was used longest ago goes first."""

    def __init__(self, limit: int = 10_000) -> None:
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._limit = limit

    def try_acquire(self, name: str, most: int, now: float) -> bool:
        """Whether it may be done once more: less than `most` times in the last second. `now` in seconds."""
        moments = self._moments.setdefault(name, deque())
        self._moments.move_to_end(name)
        while len(self._moments) > self._limit:
            self._moments.popitem(last=False)
        # a moment after `now` is one from before the clock was set back
        while moments and not now - 1 < moments[0] <= now:
            moments.popleft()
        if len(moments) >= most:
            return False
        moments.append(now)
        return True
