"""What a sandbox has to remember, each part of it bounded: quota, rates, nonces, clock, and all that goes with them."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Annotated, Final

import msgspec

from ..catalogue import Catalogue
from ..service import Account, Service
from .image_store import ImageStore
from .journal import Journal
from .scheduled import ScheduledSituations

MAX_CATALOGUES: Final = 32
QuotaLimit = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
# returns seconds since 1970
Clock = Callable[[], float]


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers a second, and answers in all, per API; None is no limit."""

    rate: QuotaLimit | None = None
    count: QuotaLimit | None = None


class RateLimiter:
    """The times of the last second for at most `limit` names; the name that was used longest ago goes first."""

    def __init__(self, limit: int = 10_000) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._limit = limit

    def try_acquire(self, name: str, max_count: int, now: float) -> bool:
        """Return whether it may be done once more, less than `max_count` times in the last second; count it if so."""
        times = self._times.setdefault(name, deque())
        self._times.move_to_end(name)
        while len(self._times) > self._limit:
            self._times.popitem(last=False)
        # a time after `now` is one from before the clock was set back
        while times and not now - 1 < times[0] <= now:
            times.popleft()
        if len(times) >= max_count:
            return False
        times.append(now)
        return True


class Nonces:
    """At most `limit` nonces, each for `window` seconds; the oldest goes first."""

    def __init__(self, window: float = 900, limit: int = 100_000) -> None:
        self._used_at: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._window = window
        self._limit = limit

    def use(self, owner: str, nonce: str, now: float) -> bool:
        """Return whether this owner's nonce is new, and use it up. `now` is in seconds."""
        self._forget_old(now)
        if (owner, nonce) in self._used_at:
            return False
        self._used_at[owner, nonce] = now
        return True

    def _forget_old(self, now: float) -> None:
        used_at = self._used_at
        while used_at and (len(used_at) >= self._limit or next(iter(used_at.values())) <= now - self._window):
            used_at.popitem(last=False)


class SettableClock:
    """Seconds since 1970, from `source` until it is set."""

    def __init__(self, source: Clock = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._stopped_at: float | None = None

    def __call__(self) -> float:
        """Return the time."""
        if self._stopped_at is not None:
            return self._stopped_at
        return self._source() + self._offset

    @property
    def chosen_time(self) -> float | None:
        """Return the time where somebody has chosen it; None where it is the real one."""
        if self._stopped_at is None and not self._offset and self._source is time.time:
            return None
        return self()

    @property
    def is_running(self) -> bool:
        """Return whether it goes on."""
        return self._stopped_at is None

    def set(self, now: float, *, runs: bool = True) -> None:
        """Make it `now`; from there it goes on if it `runs`."""
        self._offset = now - self._source()
        self._stopped_at = None
        if not runs:
            self._stopped_at = now

    def reset(self) -> None:
        """Show the real time again."""
        self._offset = 0.0
        self._stopped_at = None


@dataclass(slots=True)
class SandboxState:
    """What one sandbox remembers of all APIs; `clock` tells its time, `catalogue` its goods.

    `accounts` are a sandbox's own, API -> credential's value -> account; without any, those of the specs count.
    `answer_counts` counts each API's answers, `unique_name_count` the names that have to differ each time; `rng` draws
    what is random about faults.
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
        self.rng = Random(self.seed)  # noqa: S311 - for delays, not for secrets

    @property
    def catalogue(self) -> Catalogue:
        """Return the goods of this seed; sandboxes of the same seed share what was made of them."""
        return _get_catalogue(self.seed, self.size)

    def find_account(self, service: Service, credential: str, value: str) -> Account | None:
        """Return who a credential belongs to; a trigger key belongs to the demo account."""
        if not self.accounts:
            account = service.accounts.get(credential, {}).get(value)
            if account is None:
                return service.find_trigger_account(credential, value)
            return account
        account = self.accounts.get(service.api.id, {}).get(value)
        # a secret is among the values as well, and must not pass for a key
        if account is None or account.credentials.get(credential) != value:
            return None
        return account

    def set_seed(self, seed: int) -> None:
        """Have other goods from now on, and other delays."""
        self.seed = seed
        self.__post_init__()

    def reset(self) -> None:
        """Forget all that happened; seed, clock, quota and credentials stay."""
        self.answer_counts.clear()
        self.unique_name_count = 0
        # cancelled, as something may still wait that came of one: a wrong certificate for the next connection
        self.scheduled_situations.cancel()
        self.nonces = Nonces()
        self.rate_limiter = RateLimiter()
        self.image_store = ImageStore()
        self.journal.clear()
        self.__post_init__()


@lru_cache(maxsize=MAX_CATALOGUES)
def _get_catalogue(seed: int, size: int) -> Catalogue:
    return Catalogue(seed, size)
