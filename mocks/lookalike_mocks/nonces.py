"""Nonces that were used already, for as long as a replay could succeed."""

from __future__ import annotations

from collections import OrderedDict


class Nonces:
    """At most `limit` nonces, each for `window` seconds; the oldest goes first."""

    def __init__(self, window: float = 900, limit: int = 100_000) -> None:
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._window = window
        self._limit = limit

    def use(self, owner: str, nonce: str, now: float) -> bool:
        """Whether this owner's nonce is new; it is not from then on. `now` in seconds."""
        self._forget(now)
        if (owner, nonce) in self._seen:
            return False
        self._seen[owner, nonce] = now
        return True

    def _forget(self, now: float) -> None:
        seen = self._seen
        while seen and (len(seen) >= self._limit or next(iter(seen.values())) <= now - self._window):
            seen.popitem(last=False)
