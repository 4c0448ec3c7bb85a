"""One tester's private corner: credentials, and the world that answers to them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from lookalike_specs.messages import Request

from ..exceptions import MockError, UnknownSituation
from ..faults import FAULTS, Delay
from ..near_miss import find_near_miss
from ..parsing import ParsedRequest
from ..service import Account, Service
from .identity import SandboxName, WorkerIdentity, create_token, find_sandbox_name, format_as_uuid, parse_sandbox_name
from .journal import Journal
from .scheduled import ScheduledSituation
from .state import SandboxState, SettableClock


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
        msgspec.convert(
            msgspec.to_builtins(demand), ScheduledSituation
        )  # who makes one in Python is not checked otherwise
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


DEMO_SANDBOX = "demo"
MAX_SANDBOXES = 256
MAX_SERIAL = 2**24 - 1
MAX_NAME_LENGTH = 100


class Sandboxes:
    """The demo accounts' own sandbox, which is always there, and at most MAX_SANDBOXES more; the oldest goes first."""

    def __init__(self, services: Mapping[str, Service], home: SandboxState, place: WorkerIdentity) -> None:
        self.demo = Sandbox(
            DEMO_SANDBOX, home, {api: dict(service.api.account) for api, service in services.items()}, services
        )
        self.identity = place
        self._services = services
        self._serial = 0
        # whoever makes sandboxes may do so from many threads, and not from the server's
        self._lock = threading.Lock()
        self._held: dict[str, Sandbox] = {}
        self._worlds: dict[str, SandboxState] = {}

    def find_state(self, service: Service, sent: ParsedRequest) -> SandboxState:
        """The world of whoever this request claims to be from. Raises Unanswerable: of a sandbox that is not here."""
        for claim in service.credential_readers:
            if credential := claim(sent):
                found = self._worlds.get(credential)
                if found is None and (name := find_sandbox_name(credential)) is not None:
                    raise MockError(*self.identity.explain_missing(name))
                return found or self.demo.state
        return self.demo.state

    def describe_near_miss(self, request: Request) -> str:
        """For a request that no operation matched: the nearest one, and what it differs in."""
        near = find_near_miss(self._services.values(), request)
        return str(near) if near.differences else ""

    def create(self, world: SandboxState) -> Sandbox:
        """A new sandbox around that world, with credentials of its own for every API."""
        with self._lock:
            self._serial = self._serial % MAX_SERIAL + 1
            name = SandboxName(self.identity.run_id, self.identity.worker, self.identity.generation, self._serial)
            self._make_room()
            credentials = {api: _create_credentials(service, name) for api, service in self._services.items()}
            for api, minted in credentials.items():
                world.accounts[api] = dict.fromkeys(minted.values(), Account(minted))
                self._worlds |= dict.fromkeys((value for value in minted.values() if find_sandbox_name(value)), world)
            made = self._held[str(name)] = Sandbox(str(name), world, credentials, self._services)
        return made

    def _make_room(self) -> None:
        """Let the oldest go where there are too many."""
        if len(self._held) >= MAX_SANDBOXES:
            oldest = next(iter(self._held))
            self._forget(oldest)
            home = self.demo.state
            home.journal.add_note(f"sandbox {oldest} went, as the oldest of {MAX_SANDBOXES}", home.clock())

    def get(self, name: str) -> Sandbox | None:
        """The sandbox of that name, if it is here."""
        return self.demo if name == DEMO_SANDBOX else self._held.get(name)

    def explain_missing(self, name: str) -> tuple[int, dict[str, Any]]:
        """Why there is no sandbox of that name here, as an HTTP status and a body."""
        parsed = parse_sandbox_name(name)
        ours = self.identity.run_id, self.identity.worker, self.identity.generation
        if parsed is None or (parsed[:3] == ours and parsed.serial > self._serial):
            return 404, {"error": f"no sandbox is called {name[:MAX_NAME_LENGTH]!r}", "sandbox": name[:MAX_NAME_LENGTH]}
        return self.identity.explain_missing(parsed)

    def remove(self, name: str) -> bool:
        """Forget a sandbox; False when there is none of that name, or it is the demo accounts'."""
        with self._lock:
            return self._forget(name)

    def _forget(self, name: str) -> bool:
        found = self._held.pop(name, None)
        if found is not None:
            self._worlds = {key: world for key, world in self._worlds.items() if world is not found.state}
        return found is not None

    def __iter__(self) -> Iterator[Sandbox]:
        return iter((self.demo, *self._held.values()))


def _create_credentials(service: Service, name: SandboxName) -> dict[str, str]:
    """Credentials under the vendor's own names, as the spec's templates say."""
    drawn = create_token(name)
    values: dict[str, Any] = {"token": drawn, "uuid": format_as_uuid(drawn), "secret": secrets.token_hex(16)}
    return {key: template.format(**values) for key, template in service.api.root.credential_templates.items()}
