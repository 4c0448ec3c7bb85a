"""The mock: the APIs that were asked for, the sandboxes behind them, and a router before them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from lookalike_specs import Api, assign_variants, list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.registry import find_sources, register_document
from lookalike_specs.spec_file import load_spec_file

from .compile import compile_api
from .engine import respond
from .exceptions import MockError
from .memory.limits import MemoryLimits
from .memory.manager import MemoryManager
from .own_answers import record_own_answer
from .reading import ReadingCache
from .routing import ApiRouter, RouteMatch, build_router
from .sandbox import Sandbox, Sandboxes, WorkerIdentity
from .sandbox.journal import JournalEntry
from .sandbox.state import Clock, Quota, SandboxState, SettableClock
from .service import Service

SpecPaths = str | Path | Sequence[str | Path]
# an operation that reads more than that reads files: parameters alone have 64 KB
FILE_BODY_LIMIT: Final = 1024 * 1024


class Mock:
    """A look-alike of some APIs (all, when none is named); `spec` are files with OpenAPI documents of others.

    `variants` maps `api.name` or `name` to a value. Raise UnknownApi, UnknownVariant, AmbiguousRoute, SpecError.
    """

    def __init__(  # noqa: PLR0913 - each is an option of its own
        self,
        *apis: str | Api,
        seed: int = 0,
        variants: Mapping[str, str] | None = None,
        clock: Clock = time.time,
        size: int = 10_000,
        identity: WorkerIdentity | None = None,
        spec: SpecPaths = (),
        memory_limits: MemoryLimits | None = None,
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._size = size
        variants_by_api = assign_variants(_register_apis(apis, spec) or list_api_ids(), variants or {})
        self.services: dict[str, Service] = {api: compile_api(api, chosen) for api, chosen in variants_by_api.items()}
        self.memory = MemoryManager(memory_limits)
        demo_state = SandboxState(
            seed=seed, clock=SettableClock(clock), size=size, memory=self.memory.create_sandbox_memory()
        )
        self.sandboxes = Sandboxes(self.services, demo_state, identity or WorkerIdentity(), self.memory)
        self.router: ApiRouter = build_router(self.services.values())
        self._readings = ReadingCache(self.router)
        self._reads_files = _list_file_paths(self.router)

    @property
    def demo_state(self) -> SandboxState:
        """Return the state of the demo accounts' sandbox."""
        return self.sandboxes.demo.state

    def create_sandbox(
        self, *, seed: int | None = None, size: int | None = None, quota: Quota | None = None
    ) -> Sandbox:
        """Create a sandbox; seed and size are those that the mock began with, where nothing else is said."""
        if seed is None:
            seed = self._seed
        if size is None:
            size = self._size
        state = SandboxState(
            seed=seed,
            clock=SettableClock(self._clock),
            size=size,
            quota=quota or Quota(),
            memory=self.memory.create_sandbox_memory(),
        )
        return self.sandboxes.create(state)

    def respond(self, request: Request) -> Response:
        """Return the answer of the API that a request means; a 404 of our own when it means none."""
        try:
            return respond(self._readings, self.sandboxes, request).response
        except MockError as error:
            return record_own_answer(self.sandboxes, request, error).response

    def exchange(self, request: Request) -> JournalEntry:
        """Return a request with its answer, as they stand in the journal of whoever asked."""
        try:
            return respond(self._readings, self.sandboxes, request)
        except MockError as error:
            return record_own_answer(self.sandboxes, request, error)

    def get_body_limit(self, path: str) -> int:
        """Return how many bytes of a body are read at that path: as many as its API's most generous operation reads."""
        route = self.router.resolve("", path)
        if route is None:
            return 0
        return max((operation.extension.body_limit for operation in route.service.api.operations), default=0)

    def reads_files(self, path: str) -> bool:
        """Return whether an operation at that path takes files, such as images, which take time however short they are."""
        known = self._reads_files.get(path)
        if known is not None:
            return known
        return _reads_files(self.router.resolve("", path))

    def get_body_seconds(self, path: str) -> float:
        """Return how long a body may take to arrive at that path, by its API's strictest operation; 0 for any time."""
        route = self.router.resolve("", path)
        if route is None:
            return 0
        documented = [operation.extension.body_seconds for operation in route.service.api.operations]
        return min(filter(None, documented), default=0)


def _list_file_paths(router: ApiRouter) -> dict[str, bool]:
    """Return for every path that is known beforehand, with and without its API's prefix, whether files are read there.

    That is asked for nearly every request, and to resolve a prefix takes as long as a tenth of an answer.
    """
    paths: dict[str, bool] = {}
    for path, route in router.by_path.items():
        reads_files = _reads_files(route)
        paths[path] = reads_files
        paths[f"/{route.service.api.id}{path}"] = reads_files
    return paths


def _reads_files(route: RouteMatch | None) -> bool:
    if route is None:
        return False
    for endpoints in route.methods.values():
        for endpoint in endpoints.values():
            if endpoint.operation.extension.body_limit > FILE_BODY_LIMIT:
                return True
    return False


def _register_apis(apis: Iterable[str | Api], spec: SpecPaths) -> tuple[str, ...]:
    """Return the ids of these APIs; one that is given as itself, or by its document, is registered first.

    Raise SpecError.
    """
    paths: Sequence[str | Path]
    if isinstance(spec, str | Path):
        paths = [spec]
    else:
        paths = spec
    ids = []
    for api in (*apis, *(load_spec_file(path) for path in paths)):
        if isinstance(api, str):
            ids.append(api)
            continue
        if api.id not in find_sources() or load_api(api.id).document is not api.document:
            register_document(api.id, dict(api.document), origin=f"the API {api.id}")
        ids.append(api.id)
    return tuple(ids)
