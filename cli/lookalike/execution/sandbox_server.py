"""The server that a command is run against: a mock of its own, and a fresh sandbox in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Final

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import TlsContexts, create_tls_contexts, list_host_names
from lookalike_mocks.adapters.interception import (
    ELSEWHERE,
    InterceptingMock,
    Interception,
    list_vendor_hosts,
    list_vendor_ports,
)
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.memory.limits import MEBIBYTE, MemoryLimits
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.weather import Weather

from .variables import build_variables

CA_FILE: Final = "ca.pem"
# what a command sends is judged when it has ended, so all of it has to be kept; a test suite may send a lot
MEMORY_LIMITS: Final = MemoryLimits(
    journal_bytes=256 * MEBIBYTE, journal_exchanges=100_000, sandboxes_bytes=512 * MEBIBYTE
)


@dataclass(frozen=True, slots=True)
class Interceptor:
    """What it takes to stand in for the vendors' hosts: their hosts and ports, certificates, and a folder with the CA."""

    interception: Interception
    ports: Sequence[int]
    contexts: TlsContexts
    folder: Path

    @property
    def ca_path(self) -> str:
        """Return the file with the CA that clients have to trust."""
        return str(self.folder / CA_FILE)


@dataclass(frozen=True, slots=True)
class SandboxServer:
    """A mock that nobody else uses, the sandbox of the command, and what stands in for the vendors' hosts, if asked for."""

    mock: Mock
    sandbox: Sandbox
    interceptor: Interceptor | None
    _app: MockApp
    _stack: ExitStack = field(repr=False)

    def listen(self, sock: socket | None = None) -> Server:
        """Answer on a free port of loopback, or on a bound socket, until the block of the server ends."""
        if self.interceptor is None:
            server = Server(self._app, sock=sock)
        else:
            interception = self.interceptor.interception
            server = Server(self._app, sock=sock, tls=self.interceptor.contexts, interception=interception)
        return self._stack.enter_context(server)

    def build_variables(self, base_url: str) -> dict[str, str]:
        """Return the variables that lead a command here."""
        return build_variables(self.sandbox, base_url, self._app.control_token)

    def list_entries(self) -> list[JournalEntry]:
        """Return all that the command sent, with whatever credentials, in its order; without what was meant for others."""
        entries = [*self.sandbox.journal.entries, *self.mock.sandboxes.demo.journal.entries]
        own_entries = [entry for entry in entries if not _is_elsewhere(entry)]
        return sorted(own_entries, key=lambda entry: entry.timestamp)

    @property
    def dropped_count(self) -> int:
        """Return how many exchanges were too many to be kept."""
        return self.sandbox.journal.dropped + self.mock.sandboxes.demo.journal.dropped


def _is_elsewhere(entry: JournalEntry) -> bool:
    # only what belongs to no API can be, and to find out why something was answered takes time
    return not entry.api and entry.why is not None and entry.why.rule == ELSEWHERE


@contextmanager
def open_sandbox_server(
    apis: tuple[str, ...], seed: int, variants: Mapping[str, str], weather: Weather, *, intercepts: bool
) -> Iterator[SandboxServer]:
    """Yield a server of the APIs that can `listen` for as long as the block lasts; whoever asks has that weather.

    Raise ImportError where it `intercepts` without the extra `tls`.
    """
    mock_class = Mock
    if intercepts:
        mock_class = InterceptingMock
    mock = mock_class(*apis, seed=seed, variants=variants, memory_limits=MEMORY_LIMITS)
    sandbox = mock.create_sandbox()
    for state in (sandbox.state, mock.demo_state):
        state.set_weather(weather)
    with ExitStack() as stack:
        interceptor = None
        app = MockApp(mock)
        if isinstance(mock, InterceptingMock):
            folder = stack.enter_context(TemporaryDirectory(prefix="lookalike-"))
            interceptor = _create_interceptor(mock, Path(folder))
            app = MockApp(mock, tls=interceptor.contexts)
        yield SandboxServer(mock, sandbox, interceptor, app, stack)


def _create_interceptor(mock: InterceptingMock, folder: Path) -> Interceptor:
    contexts = create_tls_contexts(list_host_names(mock))
    (folder / CA_FILE).write_text(contexts.ca, "ascii")
    mock.interception = Interception(list_vendor_hosts(mock))
    return Interceptor(mock.interception, list_vendor_ports(mock), contexts, folder)
