"""One API as a test has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lookalike_mocks import Sandbox
from lookalike_mocks.faults import Delay
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.sandbox.state import SettableClock
from lookalike_mocks.weather import WeatherKind
from lookalike_specs import UnknownApi
from lookalike_specs.answer_edits import AnswerEdit

from .. import embed
from .sandboxes import TestSandbox
from .settings import parse_trust

if TYPE_CHECKING:
    import respx

    from lookalike_contracts.clients import RequestViolation
    from lookalike_mocks.adapters.httpx_transport import HttpxTransport


class ActiveSituation:
    """A situation that was asked for; as a context manager it is cancelled when the block ends."""

    def __init__(self, sandbox: Sandbox, scheduled: ScheduledSituation) -> None:
        self._sandbox = sandbox
        self._scheduled = scheduled
        sandbox.schedule(scheduled)

    def __repr__(self) -> str:
        return f"<{self._scheduled.situation} in sandbox {self._sandbox.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.state.scheduled_situations.remove(self._scheduled)


class MockApi:
    """An API in a test's own sandbox; `id` is its name. To make one of an unknown API raises UnknownApi."""

    def __init__(self, api: str, test_sandbox: TestSandbox) -> None:
        if api not in test_sandbox.mock.services:
            raise UnknownApi(api, tuple(test_sandbox.mock.services))
        self.id = api
        self._test_sandbox = test_sandbox

    def __repr__(self) -> str:
        return f"<{self.id} in sandbox {self.sandbox.name}>"

    @property
    def sandbox(self) -> Sandbox:
        """Return the sandbox, which the test's other APIs share."""
        return self._test_sandbox.sandbox

    @property
    def base_url(self) -> str:
        """Return where the API is served, on loopback; the server starts when this is first asked for."""
        return self._test_sandbox.running_mock.url

    @property
    def tls_url(self) -> str:
        """Return where the API is served over https, for clients that trust `tls_ca`.

        Raises ImportError without the extra `tls`.
        """
        return self._test_sandbox.tls_mock.tls_url

    @property
    def tls_ca(self) -> str:
        """Return the path of the file with the CA that https clients have to trust; it lasts as long as the session.

        Raises ImportError without the extra `tls`.
        """
        return self._test_sandbox.tls_mock.tls_ca

    @property
    def credentials(self) -> Mapping[str, str]:
        """Return the test's credentials, under the vendor's own names."""
        return self.sandbox.credentials[self.id]

    @property
    def clock(self) -> SettableClock:
        """Return the sandbox's clock, which can be set."""
        return self.sandbox.clock

    @property
    def journal(self) -> tuple[JournalEntry, ...]:
        """Return the exchanges with these credentials, the oldest first."""
        return tuple(entry for entry in self.sandbox.journal.entries if entry.api == self.id)

    @property
    def transport(self) -> HttpxTransport:
        """Return a transport for `httpx.Client(transport=…)`: no socket, the vendor's own URLs.

        Raises ImportError without the extra `httpx`.
        """
        return embed.transport(self._test_sandbox.mock)

    @property
    def respx_router(self) -> respx.MockRouter:
        """Return a respx router for the vendor's own hosts. Raises ImportError without the extra `respx`."""
        return embed.respx_router(self._test_sandbox.mock)

    def situation(
        self, situation: str, *, times: int | None = None, delay: Delay | None = None, operation: str = ""
    ) -> ActiveSituation:
        """Bring `422` or `tmapi/422` for the next `times` answers, at most until the test or the `with` block ends.

        With `operation`, for answers of that operation alone; answers that cannot be in the situation never count.
        Raises UnknownSituation, UnknownOperation, ImpossibleSituation, ValueError.
        """
        name = situation.removeprefix(f"{self.id}/")
        return ActiveSituation(
            self.sandbox, ScheduledSituation(f"{self.id}/{name}", times, delay or Delay(), operation)
        )

    def edit_answers(self, edits: Sequence[AnswerEdit], *, operation: str = "") -> None:
        """Change each good answer in these ways, in place of those before, until the test ends.

        With `operation`, those of that operation alone. Raises UnknownOperation, ValueError.
        """
        self.sandbox.edit_answers(edits, operation=operation)

    def set_weather(self, kind: WeatherKind, *, seed: int = 0) -> None:
        """Have answers late, in error or changed by chance, until the test ends; `calm` ends it.

        The sandbox's other APIs have the same weather. Raises ValueError for another kind than calm, mild and rough.
        """
        self.sandbox.set_weather(kind, seed=seed)

    def find_violations(self) -> tuple[RequestViolation, ...]:
        """Return what is wrong with what the client sent, of whatever provenance.

        Raises ImportError without the extra `pytest`.
        """
        from .conformance import find_violations  # noqa: PLC0415 - openapi-core is an extra

        return find_violations(self._test_sandbox, self.id)

    def assert_conformant(self, *, trust: str | Sequence[str] = ()) -> None:
        """Raise AssertionError where the client sent what the API does not take, or nothing at all.

        A complaint counts where its rule is of a kind of provenance in `trust`, `("documented", "measured")` by default.
        All others are notes at the end of the run. Raises ValueError for an unknown kind.
        """
        from .conformance import assert_conformant  # noqa: PLC0415

        __tracebackhide__ = True
        assert_conformant(self._test_sandbox, self.id, parse_trust(trust) or self._test_sandbox.trust)
