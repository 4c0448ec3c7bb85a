"""The mock: the APIs that were asked for, one world behind them, and a gate before them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from lookalike_specs import Api, assign_variants, list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.registry import find_sources, register_document
from lookalike_specs.spec_file import load_spec_file

from .compile import compile_api
from .engine import respond
from .exceptions import MockError
from .near_miss import find_near_miss
from .routing import ApiRouter, build_router
from .sandbox import Sandbox, Sandboxes, WorkerIdentity
from .sandbox.state import Clock, Quota, SandboxState, SettableClock
from .service import Service

SpecPaths = str | Path | Sequence[str | Path]


class Mock:
    """A look-alike of some APIs (all, when none is named). `spec` are OpenAPI documents of others. `variants` maps `api.name` or `name` to a value.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute.
    """

    def __init__(  # noqa: PLR0913 - each is an option of its own
        self,
        *apis: str | Api,
        seed: int = 0,
        variants: Mapping[str, str] | None = None,
        clock: Clock = time.time,
        size: int = 10_000,
        place: WorkerIdentity | None = None,
        spec: SpecPaths = (),
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._size = size
        chosen = assign_variants(_register_apis(apis, spec) or list_api_ids(), variants or {})
        self.services: dict[str, Service] = {api: compile_api(api, chosen[api]) for api in chosen}
        home = SandboxState(seed=seed, clock=SettableClock(clock), size=size)
        self.sandboxes = Sandboxes(self.services, home, place or WorkerIdentity())
        self.router: ApiRouter = build_router(self.services.values())

    @property
    def demo_state(self) -> SandboxState:
        """The demo accounts' world."""
        return self.sandboxes.demo.state

    def create_sandbox(
        self, *, seed: int | None = None, size: int | None = None, quota: Quota | None = None
    ) -> Sandbox:
        """A new sandbox; seed and size are those that the mock began with, where nothing else is said."""
        seed = self._seed if seed is None else seed
        size = self._size if size is None else size
        return self.sandboxes.create(
            SandboxState(seed=seed, clock=SettableClock(self._clock), size=size, quota=quota or Quota())
        )

    def respond(self, request: Request) -> Response:
        """The answer of the API that this request means; a 404 of our own when it means none."""
        way = self.router.resolve(request.host, request.path)
        if way is None:
            return self.respond_not_found(request)
        if way.path != request.path:
            request = msgspec.structs.replace(request, path=way.path)
        try:
            return respond(way.service, self.sandboxes, request)
        except MockError as ours:
            return _build_json_response(ours.status, ours.payload)

    def respond_not_found(self, request: Request) -> Response:
        """What a request gets that no API is meant by."""
        near = find_near_miss(self.services.values(), request)
        told = {
            "error": str(near),
            "method": request.method,
            "path": request.path,
            "nearest": near.path,
            "differs": near.differences,
            "apis": sorted(self.services),
        }
        return _build_json_response(404, told)

    def get_body_limit(self, path: str) -> int:
        """How many bytes of a body are read at that path."""
        way = self.router.resolve("", path)
        return max(list_body_limits(way.service), default=0) if way else 0


def _register_apis(apis: Iterable[str | Api], spec: SpecPaths) -> tuple[str, ...]:
    """Return the ids of these APIs; one that is given as itself, or by its document, is registered first.

    Raise SpecError.
    """
    paths = [spec] if isinstance(spec, str | Path) else list(spec)
    listed = [*apis, *(load_spec_file(path) for path in paths)]
    for api in listed:
        source = find_sources().get(api.id) if isinstance(api, Api) else None
        if isinstance(api, Api) and (source is None or load_api(api.id).document is not api.document):
            register_document(api.id, dict(api.document), origin=f"the API {api.id}")
    return tuple(api.id if isinstance(api, Api) else api for api in listed)


def _build_json_response(status: int, told: Mapping[str, object]) -> Response:
    """An answer of our own."""
    return Response(status=status, body=json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def list_body_limits(of: Service) -> Iterable[int]:
    """The limits of an API's operations, in bytes."""
    return (operation.extension.body_limit for operation in of.api.operations)
