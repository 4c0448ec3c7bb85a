"""How much a sandbox may ask: so many answers a second, so many in all."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Annotated

import msgspec

from ..catalogue import Catalogue
from ..service import Account, Service
from .image_store import ImageStore
from .journal import Journal
from .scheduled import ScheduledSituations

QuotaLimit = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers a second, and answers in all, per API; None is no limit."""

    rate: QuotaLimit | None = None
    count: QuotaLimit | None = None


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
        self._ahead = 0.0
        self._stands = None


MAX_CATALOGUES = 32


@dataclass(slots=True)
class SandboxState:
    """One world for all APIs: seconds since 1970 from `clock`, goods from `catalogue`, and what has to be remembered.

    `accounts` are a sandbox's own, API -> credential's value -> who that is; without any, those of the specs count.
    `given` counts each API's answers, `named` the names that have to differ each time; `chance` draws what is random
    about faults.
    """

    seed: int = 0
    clock: SettableClock = field(default_factory=SettableClock)
    size: int = 10_000
    quota: Quota = field(default_factory=Quota)
    accounts: dict[str, dict[str, Account]] = field(default_factory=dict)
    answer_counts: dict[str, int] = field(default_factory=dict)
    unique_name_count: int = 0
    scheduled_situations: ScheduledSituations = field(default_factory=ScheduledSituations)
    nonces: Nonces = field(default_factory=Nonces)
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    journal: Journal = field(default_factory=Journal)
    image_store: ImageStore = field(default_factory=ImageStore)
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        """Chance follows the seed."""
        self.rng = Random(self.seed)  # noqa: S311 - for delays, not for secrets

    @property
    def catalogue(self) -> Catalogue:
        """The goods of this seed; worlds of the same seed share what was made of them."""
        return _get_catalogue(self.seed, self.size)

    def find_account(self, service: Service, credential: str, value: str) -> Account | None:
        """Who that credential belongs to."""
        if not self.accounts:
            return service.find_account(credential, value)
        found = self.accounts.get(service.api.id, {}).get(value)
        return found if found and found.credentials.get(credential) == value else None

    def reseed(self, seed: int) -> None:
        """Have other goods from now on."""
        self.seed = seed
        self.__post_init__()

    def reset(self) -> None:
        """Forget all that happened; seed, clock, quota and credentials stay."""
        self.answer_counts.clear()
        self.unique_name_count = 0
        self.scheduled_situations = ScheduledSituations()
        self.nonces = Nonces()
        self.rate_limiter = RateLimiter()
        self.image_store = ImageStore()
        self.journal.clear()
        self.__post_init__()


@lru_cache(maxsize=MAX_CATALOGUES)
def _get_catalogue(seed: int, size: int) -> Catalogue:
    return Catalogue(seed, size)
