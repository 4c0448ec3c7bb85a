"""One tester's private corner: credentials, and the world that answers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from ..demands import ScheduledSituation
from ..errors import UnknownSituation
from ..faults import FAULTS, Delay
from ..journal import Journal
from ..service import Service
from ..watch import SettableClock
from ..world import SandboxState


@dataclass(frozen=True, slots=True, eq=False)
class Sandbox:
    """Seed, clock, quota, situations, added pictures and journal in `world`; `credentials` per API."""

    name: str
    state: SandboxState = field(repr=False)
    credentials: Mapping[str, Mapping[str, str]] = field(repr=False)
    services: Mapping[str, Service] = field(repr=False)

    @property
    def journal(self) -> Journal:
        """What was asked with these credentials, and answered."""
        return self.state.journal

    @property
    def clock(self) -> SettableClock:
        """What time it is; it can be set."""
        return self.state.clock

    def schedule(self, demand: ScheduledSituation) -> None:
        """Ask for a situation. Raises UnknownSituation, ValueError, or OverflowError when too many wait."""
        msgspec.convert(msgspec.to_builtins(demand), ScheduledSituation)  # who makes one in Python is not checked otherwise
        api, _, short = demand.situation.partition("/")
        if api not in self.services or not self.services[api].has_situation(short):
            raise UnknownSituation(demand.situation, tuple(self.iter_situations()))
        if not self.state.scheduled_situations.add(demand):
            raise OverflowError("too many situations wait; take some back")

    @contextmanager
    def situation(self, situation: str, *, times: int | None = None, delay: Delay | None = None) -> Iterator[None]:
        """Bring a situation for the next `times` answers, at most until the block ends.

        Raises UnknownSituation, ValueError.
        """
        demand = ScheduledSituation(situation, times, delay or Delay())
        self.schedule(demand)
        try:
            yield
        finally:
            self.state.scheduled_situations.remove(demand)

    def iter_situations(self) -> Iterator[str]:
        """Every situation that can be asked for."""
        for api, service in self.services.items():
            root = service.api.root
            yield from (f"{api}/{short}" for short in (*root.errors, *root.situations, *FAULTS))
