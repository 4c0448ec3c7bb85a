"""The look-alikes inside a Python program: on a port, or in place of a client's network."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, TypedDict, Unpack

from lookalike_mocks import Mock, Quota, Sandbox
from lookalike_mocks.mock import SpecPaths
from lookalike_specs import Api

if TYPE_CHECKING:
    import respx

    from lookalike_mocks.adapters.certificates import TlsContexts
    from lookalike_mocks.adapters.httpx_transport import HttpxTransport


class MockOptions(TypedDict, total=False):
    """The keyword arguments of `Mock`.

    `seed`: which catalogue of goods. `variants`: `api.name` or `name` -> value. `clock`: returns seconds since 1970.
    `size`: how many goods. `spec`: OpenAPI documents of others, the paths of one or more files.
    """

    seed: int
    variants: Mapping[str, str]
    clock: Callable[[], float]
    size: int
    spec: SpecPaths


@dataclass(frozen=True, slots=True)
class RunningMock:
    """A mock on a port: its base URL, and the mock itself (`mock.demo_state.journal` holds the exchanges).

    Over TLS: `tls_url`, the file `tls_ca` with the CA to trust, and `tls`, which can present a wrong certificate. The
    control API below `/_lookalike/` takes `control_token`. A forked child can use all of these, but not the mock.
    """

    url: str
    _mock: Mock = field(repr=False)
    tls_url: str = ""
    tls_ca: str = ""
    tls: TlsContexts | None = None
    control_token: str = field(default="", repr=False)
    _pid: int = field(default_factory=os.getpid, repr=False)

    @property
    def mock(self) -> Mock:
        """Return the mock behind the server. Raises RuntimeError in a forked child, whose copy nobody asks."""
        if self._pid != os.getpid():
            raise RuntimeError(
                f"the server on {self.url} runs in process {self._pid}, and this is another one, which was forked from it:"
                " make sandboxes before the fork or by the control API, or call serve() here"
            )
        return self._mock

    def create_sandbox(
        self, *, seed: int | None = None, size: int | None = None, quota: Quota | None = None
    ) -> Sandbox:
        """Return a private corner of the mock, with credentials of its own; seed and size are the mock's by default.

        Raises RuntimeError in a forked child.
        """
        return self.mock.create_sandbox(seed=seed, size=size, quota=quota)

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """Return the demo account of each API, under the vendor's own names."""
        return {api: dict(service.api.account) for api, service in self._mock.services.items()}


@contextmanager
def serve(*apis: str | Api | Mock, tls: bool = False, **options: Unpack[MockOptions]) -> Iterator[RunningMock]:
    """Serve APIs (all, when none is named), or a mock, on a free port of loopback for as long as the block lasts.

    With `tls` over https as well, on the same port.

    It runs in a thread, so the caller may be in any thread, in a coroutine, in a forked child, or under gevent.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute; ImportError for `tls` without the extra `tls`; RuntimeError where
    no thread can be started.
    """
    from lookalike_mocks.adapters.asgi import MockApp  # noqa: PLC0415 - a transport needs neither Starlette nor uvicorn
    from lookalike_mocks.adapters.server import Server  # noqa: PLC0415

    mock = _select_mock(apis, options)
    if not tls:
        app = MockApp(mock)
        with Server(app) as server:
            yield RunningMock(server.url, mock, control_token=app.control_token)
        return
    with _create_authority(mock) as (contexts, ca_file):
        app = MockApp(mock, tls=contexts)
        with Server(app, tls=contexts) as server:
            yield RunningMock(server.url, mock, server.tls_url, ca_file, contexts, app.control_token)


@contextmanager
def _create_authority(mock: Mock) -> Iterator[tuple[TlsContexts, str]]:
    """Yield a throw-away CA, and the path of the file that clients read it from."""
    from lookalike_mocks.adapters.certificates import create_tls_contexts, list_host_names  # noqa: PLC0415 - as late as the server

    contexts = create_tls_contexts(list_host_names(mock))
    # not TemporaryDirectory: a forked child that ends would take the folder away under the parent's clients
    folder = mkdtemp(prefix="lookalike-")
    remove_folder = partial(_remove_folder, folder, os.getpid())
    atexit.register(remove_folder)
    try:
        ca_file = Path(folder, "ca.pem")
        ca_file.write_text(contexts.ca, "ascii")
        yield contexts, str(ca_file)
    finally:
        remove_folder()
        atexit.unregister(remove_folder)


def _remove_folder(folder: str, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def transport(*apis: str | Api | Mock, **options: Unpack[MockOptions]) -> HttpxTransport:
    """Return a transport for `httpx.Client` and `httpx.AsyncClient`: every call is answered in the process.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute; ImportError without the extra `httpx`.
    """
    with require_extra("lookalike.transport", "httpx"):
        from lookalike_mocks.adapters.httpx_transport import HttpxTransport  # noqa: PLC0415 - httpx is an extra

    return HttpxTransport(_select_mock(apis, options))


def respx_router(*apis: str | Api | Mock, **options: Unpack[MockOptions]) -> respx.MockRouter:
    """Return a respx router for the vendors' real hosts, as a context manager or a decorator.

    Raises UnknownApi, UnknownVariant, AmbiguousRoute; ImportError without the extra `respx`.
    """
    with require_extra("lookalike.respx_router", "respx"):
        from lookalike_mocks.adapters.respx_router import create_respx_router  # noqa: PLC0415 - respx is an extra

    return create_respx_router(_select_mock(apis, options))


@contextmanager
def require_extra(name: str, extra: str) -> Iterator[None]:
    """Wrap the import of what an extra of the same name brings. Raise ImportError with the line that installs it."""
    try:
        yield
    except ImportError as error:
        missing = error.name or extra
        message = f"{name} needs {missing}: pip install 'lookalike[{extra}]'"
        raise ImportError(message, name=missing) from None


def _select_mock(apis: tuple[str | Api | Mock, ...], options: MockOptions) -> Mock:
    """Return the mock that was given, else a new one of these APIs."""
    mocks = [api for api in apis if isinstance(api, Mock)]
    if not mocks:
        names = [api for api in apis if not isinstance(api, Mock)]
        return Mock(*names, **options)
    if len(apis) > 1 or options:
        raise TypeError("a mock is given alone: its APIs and options are chosen already")
    return mocks[0]
