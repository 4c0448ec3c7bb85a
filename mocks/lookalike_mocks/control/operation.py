"""One operation of the control API, as it is served and as it is described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ..mock import Mock
from ..sandbox import Sandbox
from .models import EmptyQuery
from .problem import ControlProblem, ProblemError

CONTROL_PREFIX = "/_lookalike/"


class Certificates(Protocol):
    """What a server presents over TLS: a certificate of `ca` (PEM), or a wrong one."""

    ca: str

    def present_wrong(self, times: int | None = None) -> None:
        """In the next handshakes, so many or until `present_right`."""

    def present_right(self) -> None:
        """From now on."""


@dataclass(frozen=True, slots=True)
class ControlContext:
    """What is controlled, the token that it takes, how long a body may take; `tls` where there is TLS."""

    mock: Mock
    token: str
    body_timeout: float
    tls: Certificates | None = None


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A request that was found to be right: `base` is the URL it came to, `name` what its path names."""

    context: ControlContext
    base_url: str
    resource_name: str = ""
    query: Any = None
    body: Any = None

    @property
    def mock(self) -> Mock:
        """What is controlled."""
        return self.context.mock

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that the path names. Raises Wrong."""
        found = self.mock.sandboxes.get(self.resource_name)
        if found is None:
            status, told = self.mock.sandboxes.explain_missing(self.resource_name)
            raise ProblemError(status, ControlProblem(**told))
        return found


class Deferred(NamedTuple):
    """An answer that takes its time; it is made in a thread of its own."""

    compute: Callable[[], Any]


# what is answered, a response, or Later; None is an answer without content
ControlHandler = Callable[[ControlRequest], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlOperation:
    """`path` is what follows OWN; `answer` is the kind of a good answer with `status`, None for one without content.

    `refusals` are statuses besides those that follow from the rest; `is_open` needs no token.
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
