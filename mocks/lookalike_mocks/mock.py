"""The mock: the APIs that were asked for, one world behind them, and a gate before them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping

import msgspec

from lookalike_specs import ids, switches
from lookalike_specs.wire import Reply, Request

from .engine import answer
from .errors import Unanswerable
from .gate import Gate, gate
from .nearest import nearest
from .prepare import service
from .quota import Quota
from .sandbox import Place, Sandbox, Sandboxes
from .service import Service
from .watch import Clock, Watch
from .world import World


class Mock:
    """A look-alike of some APIs (all, when none is named). `variants` maps `api.name` or `name` to a value.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute.
    """

    def __init__(
        self,
        *apis: str,
        seed: int = 0,
        variants: Mapping[str, str] | None = None,
        clock: Clock = time.time,
        size: int = 10_000,
        place: Place | None = None,
    ) -> None:
        self._clock, self._seed, self._size = clock, seed, size
        chosen = switches(apis or ids(), variants or {})
        self.services: dict[str, Service] = {api: service(api, chosen[api]) for api in chosen}
        home = World(seed=seed, clock=Watch(clock), size=size)
        self.sandboxes = Sandboxes(self.services, home, place or Place())
        self.gate: Gate = gate(self.services.values())

    @property
    def world(self) -> World:
        """The demo accounts' world."""
        return self.sandboxes.home.world

    def sandbox(self, *, seed: int | None = None, size: int | None = None, quota: Quota | None = None) -> Sandbox:
        """A new sandbox; seed and size are those that the mock began with, where nothing else is said."""
        seed, size = self._seed if seed is None else seed, self._size if size is None else size
        return self.sandboxes.mint(World(seed=seed, clock=Watch(self._clock), size=size, quota=quota or Quota()))

    def answer(self, request: Request) -> Reply:
        """The answer of the API that this request means; a 404 of our own when it means none."""
        way = self.gate.find(request.host, request.path)
        if way is None:
            return self.astray(request)
        if way.path != request.path:
            request = msgspec.structs.replace(request, path=way.path)
        try:
            return answer(way.service, self.sandboxes, request)
        except Unanswerable as ours:
            return _told(ours.status, ours.told)

    def astray(self, request: Request) -> Reply:
        """What a request gets that no API is meant by."""
        near = nearest(self.services.values(), request)
        told = {
            "error": str(near),
            "method": request.method,
            "path": request.path,
            "nearest": near.path,
            "differs": near.differs,
            "apis": sorted(self.services),
        }
        return _told(404, told)

    def limit(self, path: str) -> int:
        """How many bytes of a body are read at that path."""
        way = self.gate.find("", path)
        return max(body_limits(way.service), default=0) if way else 0


def _told(status: int, told: Mapping[str, object]) -> Reply:
    """An answer of our own."""
    return Reply(status=status, body=json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def body_limits(of: Service) -> Iterable[int]:
    """The limits of an API's operations, in bytes."""
    return (operation.extension.body_limit for operation in of.api.operations)
