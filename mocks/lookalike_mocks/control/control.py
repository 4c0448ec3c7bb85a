"""The control API as an ASGI application: the guard, then the paths."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from operator import attrgetter

from starlette.requests import ClientDisconnect
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from .guard import Guard
from .operation import OWN, Served
from .problem import Problem, Wrong
from .resource import Resource, refused
from .table import OPERATIONS

logger = logging.getLogger("lookalike")


class Control:
    """Answers below OWN, but for what is open only to those who know the token.

    `hosts` are names that it may be asked by, besides those of loopback.
    """

    def __init__(self, served: Served, hosts: Iterable[str] = ()) -> None:
        self._guard = Guard(served.token, hosts, OPERATIONS)
        paths = dict.fromkeys(map(attrgetter("path"), OPERATIONS))
        routes = [
            Route(OWN + path, Resource([each for each in OPERATIONS if each.path == path], served)) for path in paths
        ]
        self._router = Router(routes, redirect_slashes=False, default=_nowhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            if scope["type"] == "http":
                self._guard.check(scope)
            await self._router(scope, receive, send)
            return
        except ClientDisconnect:
            return
        except Wrong as found:
            wrong = found
        except Exception:
            logger.exception("the control API failed on %s", scope.get("path"))
            wrong = Wrong(HTTPStatus.INTERNAL_SERVER_ERROR, Problem(error="the control API failed; its log says why"))
        await refused(wrong)(scope, receive, send)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Raises Wrong."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    raise Wrong(
        HTTPStatus.NOT_FOUND, Problem(error="the control API has no such path; GET openapi.json tells those it has")
    )
