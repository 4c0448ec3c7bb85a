"""The states of a connection, what it asks of its application, and the connections of one listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

from starlette.types import ASGIApp

from lookalike_specs.messages import Request, Response

from .head_cache import HeadCache

# request -> the response, or None for a request that the ASGI application has to answer itself
DirectHandler = Callable[[Request], Response | None]
# method, path -> how many bytes of a body are kept
BodyLimitFunction = Callable[[str, str], int]
# path -> how many seconds a body may take, 0 for as long as the limits say
BodySecondsFunction = Callable[[str], float]


class State(Enum):
    """What a connection does; see the module's map."""

    HEAD = auto()
    BODY = auto()
    ANSWERING = auto()
    CLOSING = auto()


class ClientConnection(Protocol):
    """What those who carry out a response know of its connection; `connection.ServerConnection` is the one there is."""

    app: ASGIApp
    registry: Registry
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    # set when the connection is over
    lost: asyncio.Event
    # of HTTP, of the request that is being answered, such as "1.1"
    version: str

    @property
    def keeps_alive(self) -> bool:
        """Return whether another request may come behind the one that is being answered."""
        ...

    @property
    def is_busy(self) -> bool:
        """Return whether a request has begun whose response has not ended."""
        ...

    def end_after_response(self) -> None:
        """Let the response that is under way be the last one."""
        ...

    def finish_exchange(self) -> None:
        """Go on behind a response that took time."""
        ...

    def close_gently(self) -> None:
        """Say our own end, behind all that was sent, and give the client time to read it."""
        ...

    def shut_down(self) -> None:
        """End the connection as soon as the response that is under way has been sent."""
        ...


@dataclass(slots=True)
class Registry:
    """The connections of one listener, and the tasks of those that answer through ASGI."""

    connections: set[ClientConnection] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    # of all requests that are coming in, or being answered in a task
    body_bytes: int = 0
    # scheme -> the heads that came by it
    heads: dict[str, HeadCache] = field(default_factory=lambda: {"http": HeadCache(), "https": HeadCache()})
    # in the `state` of every ASGI scope
    app_state: dict[str, Any] = field(default_factory=dict)
