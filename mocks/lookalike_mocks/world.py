"""What a sandbox remembers, and what it is answered from: the state behind the pipeline, all of it bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from .account import Account
from .catalogue import Catalogue
from .demands import ScheduledSituations
from .gallery import ImageStore
from .journal import Journal
from .nonces import Nonces
from .quota import Quota
from .rates import RateLimiter
from .service import Service
from .watch import SettableClock

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
        self.scheduled_situations, self.nonces, self.rate_limiter, self.image_store = ScheduledSituations(), Nonces(), RateLimiter(), ImageStore()
        self.journal.clear()
        self.__post_init__()


@lru_cache(maxsize=MAX_CATALOGUES)
def _get_catalogue(seed: int, size: int) -> Catalogue:
    return Catalogue(seed, size)
