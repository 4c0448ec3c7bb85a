"""The mocks of a session, and their servers: each made once, when a test asks for it."""

from __future__ import annotations

from contextlib import ExitStack

from lookalike_mocks import Mock

from ..stage import RunningMock, serve
from .settings import Settings


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
