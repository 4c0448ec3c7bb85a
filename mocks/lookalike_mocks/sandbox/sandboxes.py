"""The sandboxes of one worker: made, found by what a request claims, and told of when they are elsewhere or gone."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from lookalike_specs.wire import Request

from ..account import Account
from ..errors import Unanswerable
from ..nearest import nearest
from ..sent import Sent
from ..service import Service
from ..world import World
from .place import Place
from .sandbox import Sandbox
from .token import Name, as_uuid, named, read, token

HOME = "demo"
MAX_SANDBOXES = 256
MAX_SERIAL = 2**24 - 1
MAX_NAME = 100


class Sandboxes:
    """The demo accounts' own sandbox, which is always there, and at most MAX_SANDBOXES more; the oldest goes first."""

    def __init__(self, services: Mapping[str, Service], home: World, place: Place) -> None:
        self.home = Sandbox(HOME, home, {api: dict(service.api.account) for api, service in services.items()}, services)
        self.place = place
        self._services = services
        self._serial = 0
        # whoever makes sandboxes may do so from many threads, and not from the server's
        self._lock = threading.Lock()
        self._held: dict[str, Sandbox] = {}
        self._worlds: dict[str, World] = {}

    def of(self, service: Service, sent: Sent) -> World:
        """The world of whoever this request claims to be from. Raises Unanswerable: of a sandbox that is not here."""
        for claim in service.claims:
            if credential := claim(sent):
                found = self._worlds.get(credential)
                if found is None and (name := named(credential)) is not None:
                    raise Unanswerable(*self.place.absence(name))
                return found or self.home.world
        return self.home.world

    def near(self, request: Request) -> str:
        """For a request that no operation matched: the nearest one, and what it differs in."""
        near = nearest(self._services.values(), request)
        return str(near) if near.differs else ""

    def mint(self, world: World) -> Sandbox:
        """A new sandbox around that world, with credentials of its own for every API."""
        with self._lock:
            self._serial = self._serial % MAX_SERIAL + 1
            name = Name(self.place.run, self.place.worker, self.place.generation, self._serial)
            self._make_room()
            credentials = {api: _minted(service, name) for api, service in self._services.items()}
            for api, minted in credentials.items():
                world.accounts[api] = dict.fromkeys(minted.values(), Account(minted))
                self._worlds |= dict.fromkeys((value for value in minted.values() if named(value)), world)
            made = self._held[str(name)] = Sandbox(str(name), world, credentials, self._services)
        return made

    def _make_room(self) -> None:
        """Let the oldest go where there are too many."""
        if len(self._held) >= MAX_SANDBOXES:
            oldest = next(iter(self._held))
            self._forget(oldest)
            home = self.home.world
            home.journal.note(f"sandbox {oldest} went, as the oldest of {MAX_SANDBOXES}", home.clock())

    def get(self, name: str) -> Sandbox | None:
        """The sandbox of that name, if it is here."""
        return self.home if name == HOME else self._held.get(name)

    def absence(self, name: str) -> tuple[int, dict[str, Any]]:
        """Why there is no sandbox of that name here, as an HTTP status and a body."""
        parsed = read(name)
        ours = self.place.run, self.place.worker, self.place.generation
        if parsed is None or (parsed[:3] == ours and parsed.serial > self._serial):
            return 404, {"error": f"no sandbox is called {name[:MAX_NAME]!r}", "sandbox": name[:MAX_NAME]}
        return self.place.absence(parsed)

    def remove(self, name: str) -> bool:
        """Forget a sandbox; False when there is none of that name, or it is the demo accounts'."""
        with self._lock:
            return self._forget(name)

    def _forget(self, name: str) -> bool:
        found = self._held.pop(name, None)
        if found is not None:
            self._worlds = {key: world for key, world in self._worlds.items() if world is not found.world}
        return found is not None

    def __iter__(self) -> Iterator[Sandbox]:
        return iter((self.home, *self._held.values()))


def _minted(service: Service, name: Name) -> dict[str, str]:
    """Credentials under the vendor's own names, as the spec's templates say."""
    drawn = token(name)
    values: dict[str, Any] = {"token": drawn, "uuid": as_uuid(drawn), "secret": secrets.token_hex(16)}
    return {key: template.format(**values) for key, template in service.api.root.mint.items()}
