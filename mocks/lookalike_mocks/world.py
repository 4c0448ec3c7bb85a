"""What the mock remembers, and what it answers from: the state behind the pipeline, all of it bounded."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .catalogue import Catalogue
from .journal import Journal
from .nonces import Nonces
from .rates import Rates

Clock = Callable[[], float]


@dataclass(slots=True)
class World:
    """One world for all APIs: seconds since 1970 from `clock`, goods from `catalogue`, nonces and journal."""

    seed: int = 0
    clock: Clock = time.time
    size: int = 10_000
    catalogue: Catalogue = field(init=False)
    nonces: Nonces = field(default_factory=Nonces)
    rates: Rates = field(default_factory=Rates)
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        """The catalogue is a function of seed and size."""
        self.catalogue = Catalogue(self.seed, self.size)
