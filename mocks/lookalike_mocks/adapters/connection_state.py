"""The states of a connection, what it asks of its application, and the connections of one listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from lookalike_specs.messages import Request, Response

if TYPE_CHECKING:
    from .connection import ServerConnection

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


@dataclass(slots=True)
class Registry:
    """The connections of one listener, and the tasks of those that answer through ASGI."""

    connections: set[ServerConnection] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    # in the `state` of every ASGI scope
    app_state: dict[str, Any] = field(default_factory=dict)
