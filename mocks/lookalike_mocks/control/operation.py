"""What one operation of the control API is made of, and what its handler gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ..mock import Mock
from ..sandbox import Sandbox
from .models import EmptyQuery
from .problem import ControlProblem, ProblemError

CONTROL_PREFIX = "/_lookalike/"
# in the `state` of a scope that our own server made: returns the bytes of all bodies under way, and their bound
MEASURE_BODIES_KEY = "measure_bodies"
MeasureBodies = Callable[[], tuple[int, int]]


class Certificates(Protocol):
    """What a server presents over TLS: a certificate of `ca` (PEM), or a wrong one.

    The control API sees TLS through this alone, so that it needs neither the extra `tls` nor the adapters above it.
    """

    ca: str

    def present_wrong(self, times: int | None = None) -> None:
        """Present the wrong certificate in the next `times` handshakes, or until `present_right`."""

    def present_right(self) -> None:
        """Present the right certificate from now on."""


@dataclass(frozen=True, slots=True)
class ControlContext:
    """What one server's control API works on.

    `body_timeout` is in seconds; `tls` is None for a server without TLS.
    """

    mock: Mock
    token: str
    body_timeout: float
    tls: Certificates | None = None


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A request whose query and body are valid; `resource_name` is the value of its path's one parameter.

    `measure_bodies` is None under another server than ours.
    """

    context: ControlContext
    base_url: str
    resource_name: str = ""
    query: Any = None
    body: Any = None
    measure_bodies: MeasureBodies | None = None

    @property
    def mock(self) -> Mock:
        return self.context.mock

    @property
    def sandbox(self) -> Sandbox:
        """Return the sandbox that the path names. Raise ProblemError (404, 410 or 421) where it is not here."""
        sandbox = self.mock.sandboxes.get(self.resource_name)
        if sandbox is None:
            status, explanation = self.mock.sandboxes.explain_missing(self.resource_name)
            raise ProblemError(status, ControlProblem(**explanation))
        return sandbox


class Deferred(NamedTuple):
    """A response model that takes long to compute; `compute` runs in a thread of its own and must not touch the mock."""

    compute: Callable[[], Any]


# returns a response model, a Starlette response, a Deferred, or None for a response without content
ControlHandler = Callable[[ControlRequest], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlOperation:
    """One row of the table that is served and described.

    `path` follows CONTROL_PREFIX. `response_type` is the model of a good response, None for one without content.
    `problem_statuses` are those besides what follows from the other fields. `is_open` needs no token.
    """

    method: str
    path: str
    operation_id: str
    summary: str
    handler: ControlHandler
    response_type: Any = None
    status: int = 200
    query_type: Any = EmptyQuery
    body_type: Any = None
    problem_statuses: tuple[int, ...] = ()
    is_open: bool = False
    media_type: str = "application/json"
