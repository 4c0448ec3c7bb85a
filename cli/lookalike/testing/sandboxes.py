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
    """A sandbox, and what can be asked of it; `situation` is the id of the one that the test is run in."""

    def __init__(self, pool: MockPool, wanted: Settings, session: Settings) -> None:
        self.settings = wanted
        self.situation = ""
        self._pool = pool
        # a sandbox has its own seed and size: only another choice of variants needs another mock
        self._shared = session._replace(variants=wanted.variants)
        try:
            self.mock: Mock = pool.get_mock(self._shared)
        except UnknownVariant as unknown:
            fail_usage(str(unknown))
        self.sandbox: Sandbox = self.mock.create_sandbox(seed=wanted.seed, size=wanted.size)
        self._others = self.mock.sandboxes.demo.journal
        self._before = self._others.total_count

    @cached_property
    def running_mock(self) -> RunningMock:
        """The server; it starts when a test asks for it."""
        return self._pool.get_running_mock(self._shared)

    @property
    def base_url(self) -> str:
        """The server's URL, if a test asked for it; else "", as nothing listens."""
        return self.running_mock.url if "stage" in self.__dict__ else ""

    def find_unmatched_entries(self, api: str = "") -> Iterator[JournalEntry]:
        """What came since the test began with other credentials than the sandbox's."""
        newer = (entry for number, entry in self._others.numbered_entries if number > self._before)
        return (entry for entry in newer if api in ("", entry.api))

    def close(self) -> None:
        """Take the sandbox away; what was asked of it can still be read."""
        self.mock.sandboxes.remove(self.sandbox.name)


class MockPool(ExitStack):
    """One mock and one server for each choice of size and variants; a sandbox has its own seed."""

    def __init__(self) -> None:
        super().__init__()
        self._mocks: dict[Settings, Mock] = {}
        self._stages: dict[Settings, RunningMock] = {}

    def get_mock(self, wanted: Settings) -> Mock:
        """The mock. Raises UnknownVariant."""
        if wanted not in self._mocks:
            self._mocks[wanted] = Mock(seed=wanted.seed, size=wanted.size, variants=dict(wanted.variants))
        return self._mocks[wanted]

    def get_running_mock(self, wanted: Settings) -> RunningMock:
        """The mock on a free port of loopback. Raises UnknownVariant."""
        if wanted not in self._stages:
            self._stages[wanted] = self.enter_context(serve(self.get_mock(wanted)))
        return self._stages[wanted]
