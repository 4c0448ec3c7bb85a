"""One test: the look-alikes that it has for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import UnknownVariant

from ..embed import RunningMock, serve
from .settings import Settings, fail_usage


class TestSandbox:
    """A test's sandbox, its mock and, if asked for, its server; `situation` is the id of the one the test is run in."""

    __test__ = False  # pytest would take the class for tests, by its name

    def __init__(self, pool: MockPool, settings: Settings, session_settings: Settings) -> None:
        self.settings = settings
        self.situation = ""
        self._pool = pool
        # A sandbox has its own seed and size: only another choice of variants needs another mock.
        self._mock_settings = session_settings._replace(variants=settings.variants)
        try:
            self.mock: Mock = pool.get_mock(self._mock_settings)
        except UnknownVariant as error:
            fail_usage(str(error))
        self.sandbox: Sandbox = self.mock.create_sandbox(seed=settings.seed, size=settings.size)
        self._demo_journal = self.mock.sandboxes.demo.journal
        self._count_before = self._demo_journal.total_count

    @cached_property
    def running_mock(self) -> RunningMock:
        """Return the server; it starts when a test first asks for it."""
        return self._pool.get_running_mock(self._mock_settings)

    @property
    def base_url(self) -> str:
        """Return the server's URL, "" where no test asked for it and nothing listens."""
        # Not `self.running_mock` at once: a failing test's report must not start a server.
        if "running_mock" not in self.__dict__:
            return ""
        return self.running_mock.url

    def find_unmatched_entries(self, api: str = "") -> Iterator[JournalEntry]:
        """Yield what came since the test began with other credentials than the sandbox's."""
        for number, entry in self._demo_journal.numbered_entries:
            if number > self._count_before and api in ("", entry.api):
                yield entry

    def close(self) -> None:
        """Take the sandbox away; its journal can still be read."""
        self.mock.sandboxes.remove(self.sandbox.name)


class MockPool(ExitStack):
    """One mock and one server for each choice of size and variants; a sandbox has its own seed."""

    def __init__(self) -> None:
        super().__init__()
        self._mocks: dict[Settings, Mock] = {}
        self._running: dict[Settings, RunningMock] = {}

    def get_mock(self, settings: Settings) -> Mock:
        """Return the mock. Raises UnknownVariant."""
        if settings not in self._mocks:
            self._mocks[settings] = Mock(seed=settings.seed, size=settings.size, variants=dict(settings.variants))
        return self._mocks[settings]

    def get_running_mock(self, settings: Settings) -> RunningMock:
        """Return the mock on a free port of loopback. Raises UnknownVariant."""
        if settings not in self._running:
            self._running[settings] = self.enter_context(serve(self.get_mock(settings)))
        return self._running[settings]
