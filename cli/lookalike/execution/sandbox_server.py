"""The server that a command is run against: a mock of its own on a free port of loopback, and a fresh sandbox in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.memory.limits import MEBIBYTE, MemoryLimits
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.weather import Weather, WeatherKind

from ..embed import serve
from .variables import build_variables

# what a command sends is judged when it has ended, so all of it has to be kept; a test suite may send a lot
MEMORY_LIMITS: Final = MemoryLimits(
    journal_bytes=256 * MEBIBYTE, journal_exchanges=100_000, sandboxes_bytes=512 * MEBIBYTE
)


@dataclass(frozen=True, slots=True)
class SandboxServer:
    """A running mock that nobody else uses, the sandbox of the command, and the variables that lead to it."""

    mock: Mock
    sandbox: Sandbox
    variables: Mapping[str, str]

    def list_entries(self) -> list[JournalEntry]:
        """Return all that the command sent, with whatever credentials, in its order."""
        entries = [*self.sandbox.journal.entries, *self.mock.sandboxes.demo.journal.entries]
        return sorted(entries, key=lambda entry: entry.timestamp)

    @property
    def dropped_count(self) -> int:
        """Return how many exchanges were too many to be kept."""
        return self.sandbox.journal.dropped + self.mock.sandboxes.demo.journal.dropped


@contextmanager
def open_sandbox_server(
    apis: tuple[str, ...], seed: int, variants: Mapping[str, str], weather: WeatherKind
) -> Iterator[SandboxServer]:
    """Serve the APIs for as long as the block lasts, whoever asks in that weather."""
    mock = Mock(*apis, seed=seed, variants=variants, memory_limits=MEMORY_LIMITS)
    sandbox = mock.create_sandbox()
    for state in (sandbox.state, mock.demo_state):
        state.set_weather(Weather(weather, seed))
    with serve(mock) as running:
        yield SandboxServer(mock, sandbox, build_variables(sandbox, running.url, running.control_token))
