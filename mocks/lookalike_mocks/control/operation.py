"""One operation of the control API, as it is served and as it is described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ..mock import Mock
from ..sandbox import Sandbox
from .problem import Problem, Wrong
from .wishes import Nothing

OWN = "/_lookalike/"


class Certificates(Protocol):
    """What a server presents over TLS: a certificate of `ca` (PEM), or a wrong one."""

    ca: str

    def present_wrong(self, times: int | None = None) -> None:
        """In the next handshakes, so many or until `present_right`."""

    def present_right(self) -> None:
        """From now on."""


@dataclass(frozen=True, slots=True)
class Served:
    """What is controlled, the token that it takes, how long a body may take; `tls` where there is TLS."""

    mock: Mock
    token: str
    seconds: float
    tls: Certificates | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that was found to be right: `base` is the URL it came to, `name` what its path names."""

    served: Served
    base: str
    name: str = ""
    query: Any = None
    body: Any = None

    @property
    def mock(self) -> Mock:
        """What is controlled."""
        return self.served.mock

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that the path names. Raises Wrong."""
        found = self.mock.sandboxes.get(self.name)
        if found is None:
            status, told = self.mock.sandboxes.absence(self.name)
            raise Wrong(status, Problem(**told))
        return found


class Later(NamedTuple):
    """An answer that takes its time; it is made in a thread of its own."""

    make: Callable[[], Any]


# what is answered, a response, or Later; None is an answer without content
Handle = Callable[[Ask], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`path` is what follows OWN; `answer` is the kind of a good answer with `status`, None for one without content.

    `refusals` are statuses besides those that follow from the rest; `is_open` needs no token.
    """

    method: str
    path: str
    id: str
    summary: str
    handle: Handle
    answer: Any = None
    status: int = 200
    query: Any = Nothing
    body: Any = None
    refusals: tuple[int, ...] = ()
    is_open: bool = False
    media_type: str = "application/json"
