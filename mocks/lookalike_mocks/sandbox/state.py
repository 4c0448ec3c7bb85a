"""What a sandbox has to remember, each part of it bounded: quota, rates, nonces, clock, and all that goes with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from random import Random
from typing import Annotated, Final

import msgspec

from lookalike_specs import Operation
from lookalike_specs.answer_edits import AnswerEdit, AnswerEdits, measure_edits
from lookalike_specs.messages import Response

from ..catalogue import Catalogue
from ..memory.manager import SandboxMemory
from ..service import Account, Service
from ..weather import Weather
from .image_store import ImageStore
from .journal import Journal
from .replay import Nonces, RateLimiter
from .scheduled import ScheduledSituations

MAX_CATALOGUES: Final = 32
QuotaLimit = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
# API -> credential's value -> account
SandboxAccounts = dict[str, dict[str, Account]]
# what is changed about a good answer of an operation
EditChooser = Callable[[Operation, Response], Sequence[AnswerEdit]]
# returns seconds since 1970
Clock = Callable[[], float]


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers a second, and answers in all, per API; None is no limit."""

    rate: QuotaLimit | None = None
    count: QuotaLimit | None = None


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
    what is random about faults. `choose_edits` says how the next good answer is changed. What grows with requests is
    charged to `memory`.
    """

    seed: int = 0
    clock: SettableClock = field(default_factory=SettableClock)
    size: int = 10_000
    quota: Quota = field(default_factory=Quota)
    accounts: SandboxAccounts = field(default_factory=dict)
    answer_counts: dict[str, int] = field(default_factory=dict)
    unique_name_count: int = 0
    answer_edits: AnswerEdits = field(default_factory=AnswerEdits)
    choose_edits: EditChooser | None = None
    weather: Weather = field(default_factory=Weather)
    memory: SandboxMemory = field(default_factory=SandboxMemory)
    scheduled_situations: ScheduledSituations = field(init=False)
    nonces: Nonces = field(init=False)
    rate_limiter: RateLimiter = field(init=False)
    journal: Journal = field(init=False)
    image_store: ImageStore = field(init=False)
    rng: Random = field(init=False)
    weather_numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.scheduled_situations = ScheduledSituations(self.memory)
        self.nonces = Nonces(memory=self.memory)
        self.rate_limiter = RateLimiter(memory=self.memory)
        self.journal = Journal(self.memory)
        self.image_store = ImageStore(self.memory)
        self._begin_draws()

    def _begin_draws(self) -> None:
        # `next` on it takes one step, whatever threads there are
        self.weather_numbers = count(1)
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
        self._begin_draws()

    def set_weather(self, weather: Weather) -> None:
        """Have that weather from the next exchange on, which is its first."""
        self.weather = weather
        self.weather_numbers = count(1)

    def set_answer_edits(self, answer_edits: AnswerEdits) -> None:
        """Change good answers so from now on, in place of before."""
        with self.memory.lock:
            # they stand beside the situations: both are what a tester wants of the next answers
            growth = measure_edits(answer_edits.edits) - measure_edits(self.answer_edits.edits)
            self.memory.charge("situations", growth)
            self.answer_edits = answer_edits

    def reset(self) -> None:
        """Forget all that happened; seed, clock, quota, weather and credentials stay."""
        self.answer_counts.clear()
        self.unique_name_count = 0
        self.set_answer_edits(AnswerEdits())
        self.choose_edits = None
        # cancelled, as something may still wait that came of one: a wrong certificate for the next connection
        self.scheduled_situations.cancel()
        self.nonces.clear()
        self.rate_limiter.clear()
        self.image_store.clear()
        self.journal.clear()
        self._begin_draws()

    def forget_expired(self) -> None:
        """Forget what counts no longer, as its time has passed."""
        self.nonces.forget_expired(self.clock())

    def release_oldest(self, size: int) -> int:
        """Forget about that many bytes, the oldest first; return how many it were. The lock of `memory` is held.

        The journal gives first: it is there to be read, and what was uploaded or used up decides on responses.
        """
        released = 0
        for part in (self.journal, self.image_store.objects, self.image_store.images, self.nonces):
            if released < size:
                released += part.release_oldest(size - released)
        if released:
            limit = self.memory.limits.sandboxes_bytes
            note = f"{released} bytes of the oldest went, as all sandboxes together held more than {limit}"
            self.journal.add_note(note, self.clock())
        return released


@lru_cache(maxsize=MAX_CATALOGUES)
def _get_catalogue(seed: int, size: int) -> Catalogue:
    return Catalogue(seed, size)
