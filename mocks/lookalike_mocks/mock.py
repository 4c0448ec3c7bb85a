"""The mock: the APIs that were asked for, one world behind them, and a gate before them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping

import msgspec

from lookalike_specs import UnknownVariant, ids, load
from lookalike_specs.wire import Reply, Request

from .engine import answer
from .gate import Gate, gate, nearest
from .prepare import service
from .service import Service
from .world import Clock, World


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
    ) -> None:
        chosen = _chosen(apis or ids(), variants or {})
        self.services: dict[str, Service] = {api: service(api, chosen[api]) for api in chosen}
        self.world = World(seed=seed, clock=clock, size=size)
        self.gate: Gate = gate(self.services.values())

    def answer(self, request: Request) -> Reply:
        """The answer of the API that this request means; a 404 of our own when it means none."""
        way = self.gate.find(request.host, request.path)
        if way is None:
            return self.astray(request)
        if way.path != request.path:
            request = msgspec.structs.replace(request, path=way.path)
        return answer(way.service, self.world, request)

    def astray(self, request: Request) -> Reply:
        """What a request gets that no API is meant by."""
        told = {
            "error": "no operation of the served APIs matches",
            "method": request.method,
            "path": request.path,
            "nearest": nearest(self.gate, request.path),
            "apis": sorted(self.services),
        }
        return Reply(status=404, body=json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))

    def limit(self, path: str) -> int:
        """How many bytes of a body are read at that path."""
        way = self.gate.find("", path)
        return max(body_limits(way.service), default=0) if way else 0


def body_limits(of: Service) -> Iterable[int]:
    """The limits of an API's operations, in bytes."""
    return (operation.extension.body_limit for operation in of.api.operations)


def _chosen(apis: Iterable[str], variants: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """API -> its variants. A bare name goes to every API that has such a switch with such a value."""
    known = {api: load(api).root.variants for api in apis}
    chosen: dict[str, dict[str, str]] = {api: {} for api in known}
    for key, value in variants.items():
        api, dot, name = key.rpartition(".")
        fitting = [api] if dot and api in known else [a for a in known if not dot and value in _values(known[a], name)]
        if not fitting:
            raise UnknownVariant(api, name, value, {n: tuple(v.values) for t in known.values() for n, v in t.items()})
        for each in fitting:
            chosen[each][name] = value
    return chosen


def _values(variants: Mapping[str, object], name: str) -> Mapping[str, str]:
    return getattr(variants.get(name), "values", {})
