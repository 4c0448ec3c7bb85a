"""What a sandbox remembers of the last minutes and of the last second: nonces, and the times of its requests."""

from __future__ import annotations

from collections import OrderedDict, deque
from hashlib import blake2b
from typing import Final

import msgspec

from ..memory.manager import SandboxMemory

# Measured by tracemalloc: of a nonce's digest with its time, of a name with its queue, of a time in that queue.
NONCE_BYTES: Final = 200
RATE_NAME_BYTES: Final = 1100
RATE_TIME_BYTES: Final = 120
# a longer name, such as that of an instance which somebody made up, is kept as its digest
MAX_NAME_LENGTH: Final = 100


class RecentUses(msgspec.Struct):
    """How often something was done in the last second: (time, how often), the oldest first; `count` is the sum."""

    times: deque[tuple[float, int]] = msgspec.field(default_factory=deque)
    count: int = 0


class RateLimiter:
    """The times of the last second for at most `limit` names; the name that was used longest ago goes first."""

    def __init__(self, limit: int = 10_000, memory: SandboxMemory | None = None) -> None:
        self._uses: OrderedDict[str, RecentUses] = OrderedDict()
        self._limit = limit
        self._memory = memory or SandboxMemory()
        self._size = 0

    def try_acquire(self, name: str, max_count: int, now: float) -> bool:
        """Return whether it may be done once more, less than `max_count` times in the last second; count it if so."""
        if len(name) > MAX_NAME_LENGTH:
            name = blake2b(name.encode("utf-8", "replace"), digest_size=16).hexdigest()
        with self._memory.lock:
            uses = self._find_uses(name)
            times = uses.times
            # a time after `now` is one from before the clock was set back
            while times and not now - 1 < times[0][0] <= now:
                _, count = times.popleft()
                uses.count -= count
                self._charge(-RATE_TIME_BYTES)
            if uses.count >= max_count:
                return False
            uses.count += 1
            # where the clock stands still any number of uses has the same time
            if times and times[-1][0] == now:
                times[-1] = (now, times[-1][1] + 1)
            else:
                times.append((now, 1))
                self._charge(RATE_TIME_BYTES)
            return True

    def clear(self) -> None:
        """Forget all uses."""
        with self._memory.lock:
            self._uses.clear()
            self._charge(-self._size)

    def _find_uses(self, name: str) -> RecentUses:
        uses = self._uses.get(name)
        if uses is None:
            uses = self._uses[name] = RecentUses()
            self._charge(RATE_NAME_BYTES)
        self._uses.move_to_end(name)
        max_size = self._memory.limits.rate_bytes
        while len(self._uses) > 1 and (len(self._uses) > self._limit or self._size > max_size):
            _, oldest = self._uses.popitem(last=False)
            self._charge(-RATE_NAME_BYTES - RATE_TIME_BYTES * len(oldest.times))
        return uses

    def _charge(self, size: int) -> None:
        self._size += size
        self._memory.charge("rates", size)


class Nonces:
    """At most `limit` nonces, each for `window` seconds; the oldest goes first."""

    def __init__(self, window: float = 900, limit: int = 100_000, memory: SandboxMemory | None = None) -> None:
        self._memory = memory or SandboxMemory()
        # by their digests, as a nonce can be as long as a request
        self._used_at: OrderedDict[bytes, float] = OrderedDict()
        self._window = window
        self._limit = min(limit, self._memory.limits.nonce_bytes // NONCE_BYTES)

    def use(self, owner: str, nonce: str, now: float) -> bool:
        """Return whether this owner's nonce is new, and use it up. `now` is in seconds."""
        text = f"{len(owner)} {owner}{nonce}"
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
        with self._memory.lock:
            self.forget_expired(now)
            if digest in self._used_at:
                return False
            while len(self._used_at) >= self._limit:
                self._forget_oldest()
            self._used_at[digest] = now
            self._memory.charge("nonces", NONCE_BYTES)
            return True

    def forget_expired(self, now: float) -> None:
        """Forget what was used before the last `window` seconds. `now` is in seconds."""
        with self._memory.lock:
            while self._used_at and next(iter(self._used_at.values())) <= now - self._window:
                self._forget_oldest()

    def release_oldest(self, size: int) -> int:
        """Forget the oldest nonces, about that many bytes of them; return how many it were. The lock is held."""
        released = 0
        while self._used_at and released < size:
            self._forget_oldest()
            released += NONCE_BYTES
        return released

    def clear(self) -> None:
        """Forget all nonces."""
        with self._memory.lock:
            self._memory.charge("nonces", -NONCE_BYTES * len(self._used_at))
            self._used_at.clear()

    def _forget_oldest(self) -> None:
        self._used_at.popitem(last=False)
        self._memory.charge("nonces", -NONCE_BYTES)
