"""One test: the look-alikes that it has for itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import list_api_ids

from ..embed import RunningMock, serve
from .settings import DEFAULT_TRUST, Settings


class TestSandbox:
    """A test's sandbox, its mock and, if asked for, its server; `situation` is the id of the one the test is run in.

    `trust` are the kinds of provenance that a complaint about the client fails the test for; `notes` are the complaints
    that do not. To make one raises UnknownVariant, SpecError.
    """

    __test__ = False  # pytest would take the class for tests, by its name

    def __init__(
        self, pool: MockPool, settings: Settings, session_settings: Settings, trust: tuple[str, ...] = DEFAULT_TRUST
    ) -> None:
        self.settings = settings
        self.trust = trust
        self.situation = ""
        self.notes: list[str] = []
        self._pool = pool
        # A sandbox has its own seed and size: only another choice of variants needs another mock.
        self._mock_settings = session_settings._replace(variants=settings.variants)
        self.mock: Mock = pool.get_mock(self._mock_settings)
        self.sandbox: Sandbox = self.mock.create_sandbox(seed=settings.seed, size=settings.size)
        self._demo_journal = self.mock.sandboxes.demo.journal
        self._count_before = self._demo_journal.total_count

    @cached_property
    def running_mock(self) -> RunningMock:
        """Return the server; it starts when a test first asks for it."""
        return self._pool.get_running_mock(self._mock_settings)

    @cached_property
    def tls_mock(self) -> RunningMock:
        """Return a server that answers https too; it starts when a test first asks for it."""
        return self._pool.get_running_mock(self._mock_settings, tls=True)

    @property
    def base_url(self) -> str:
        """Return the server's URL, "" where no test asked for it and nothing listens."""
        # Not `self.running_mock` at once: a failing test's report must not start a server.
        if "running_mock" in self.__dict__:
            return self.running_mock.url
        if "tls_mock" in self.__dict__:
            return self.tls_mock.tls_url
        return ""

    def find_unmatched_entries(self) -> Iterator[JournalEntry]:
        """Yield what came since the test began with other credentials than the sandbox's."""
        for number, entry in self._demo_journal.numbered_entries:
            if number > self._count_before:
                yield entry

    def collect_entries(self, api: str) -> list[JournalEntry]:
        """Return what came for an API since the test began, in its order; for "", what no API answered.

        A request with a wrong key, or with none, is not in this sandbox's journal.
        """
        entries = [*self.sandbox.journal.entries, *self.find_unmatched_entries()]
        return sorted((entry for entry in entries if entry.api == api), key=lambda entry: entry.timestamp)

    def close(self) -> None:
        """Take the sandbox away; its journal can still be read."""
        self.mock.sandboxes.remove(self.sandbox.name)


class MockPool(ExitStack):
    """One mock and one server for each choice of size and variants; a sandbox has its own seed."""

    def __init__(self) -> None:
        super().__init__()
        self._mocks: dict[Settings, Mock] = {}
        self._running: dict[tuple[Settings, bool], RunningMock] = {}
        self._pid = os.getpid()

    def get_mock(self, settings: Settings) -> Mock:
        """Return the mock. Raises UnknownVariant, SpecError."""
        if settings not in self._mocks:
            self._mocks[settings] = Mock(
                *list_api_ids(),
                seed=settings.seed,
                size=settings.size,
                variants=dict(settings.variants),
                spec=settings.specs,
            )
        return self._mocks[settings]

    def get_running_mock(self, settings: Settings, *, tls: bool = False) -> RunningMock:
        """Return the mock on a free port of loopback. Raises UnknownVariant, SpecError; ImportError without `tls`."""
        if self._pid != os.getpid():
            # A test in a forked child, as pytest-forked runs it: what was started before answers in the parent, and knows
            # none of this test's sandboxes.
            self._pid = os.getpid()
            self._running.clear()
        key = settings, tls
        if key not in self._running:
            self._running[key] = self.enter_context(serve(self.get_mock(settings), tls=tls))
        return self._running[key]
