"""One API as a test has it."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lookalike_mocks import Sandbox
from lookalike_mocks.faults import Delay
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.sandbox.state import SettableClock

from .. import embed
from .sandboxes import TestSandbox

if TYPE_CHECKING:
    import respx

    from lookalike_contracts.clients import RequestViolation
    from lookalike_mocks.adapters.httpx_transport import HttpxTransport


class ActiveSituation:
    """A situation that was asked for; as a context manager it is taken back when the block ends."""

    def __init__(self, sandbox: Sandbox, demand: ScheduledSituation) -> None:
        self._sandbox = sandbox
        self._demand = demand
        sandbox.schedule(demand)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.state.scheduled_situations.remove(self._demand)


class MockApi:
    """An API in a test's own sandbox. `id` is the API's."""

    def __init__(self, api: str, trial: TestSandbox) -> None:
        self.id = api
        self._trial = trial

    def __repr__(self) -> str:
        return f"<{self.id} in sandbox {self.sandbox.name}>"

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, which the test's other APIs share."""
        return self._trial.sandbox

    @property
    def base_url(self) -> str:
        """Where it is served, on loopback."""
        return self._trial.running_mock.url

    @property
    def credentials(self) -> Mapping[str, str]:
        """Who the test is, under the vendor's own names."""
        return self.sandbox.credentials[self.id]

    @property
    def clock(self) -> SettableClock:
        """What time it is; it can be set."""
        return self.sandbox.clock

    @property
    def journal(self) -> tuple[JournalEntry, ...]:
        """What was asked of it with these credentials, and answered."""
        return tuple(entry for entry in self.sandbox.journal.entries if entry.api == self.id)

    @property
    def transport(self) -> HttpxTransport:
        """For `httpx.Client(transport=…)`: no socket, the vendor's own URLs. ImportError without the extra `httpx`."""
        return embed.transport(self._trial.mock)

    @property
    def respx_router(self) -> respx.MockRouter:
        """A respx router for the vendor's own hosts. ImportError without the extra `respx`."""
        return embed.respx_router(self._trial.mock)

    def situation(self, situation: str, *, times: int | None = None, delay: Delay | None = None) -> ActiveSituation:
        """Bring `422` or `tmapi/422` for the next `times` answers, at most until the test or the `with` block ends.

        Raises UnknownSituation, ValueError.
        """
        short = situation.removeprefix(f"{self.id}/")
        return ActiveSituation(self.sandbox, ScheduledSituation(f"{self.id}/{short}", times, delay or Delay()))

    def find_violations(self) -> tuple[RequestViolation, ...]:
        """What the client did that the API's document does not allow. ImportError without the extra `pytest`."""
        from .conformance import find_violations  # noqa: PLC0415 - openapi-core is an extra

        return find_violations(self._trial, self.id)

    def assert_conformant(self) -> None:
        """Fail where the client sent anything that the API's document does not allow, or nothing at all."""
        from .conformance import assert_conformant  # noqa: PLC0415

        __tracebackhide__ = True
        assert_conformant(self._trial, self.id)
