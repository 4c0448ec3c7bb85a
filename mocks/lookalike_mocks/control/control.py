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
from .operation import CONTROL_PREFIX, ControlContext
from .problem import ControlProblem, ProblemError
from .resource import Resource, render_problem
from .table import OPERATIONS

logger = logging.getLogger("lookalike")


class ControlApp:
    """Answers below OWN, but for what is open only to those who know the token.

    `hosts` are names that it may be asked by, besides those of loopback.
    """

    def __init__(self, served: ControlContext, hosts: Iterable[str] = ()) -> None:
        self._guard = Guard(served.token, hosts, OPERATIONS)
        paths = dict.fromkeys(map(attrgetter("path"), OPERATIONS))
        routes = [
            Route(CONTROL_PREFIX + path, Resource([each for each in OPERATIONS if each.path == path], served)) for path in paths
        ]
        self._router = Router(routes, redirect_slashes=False, default=_raise_not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            if scope["type"] == "http":
                self._guard.check(scope)
            await self._router(scope, receive, send)
            return
        except ClientDisconnect:
            return
        except ProblemError as found:
            wrong = found
        except Exception:
            logger.exception("the control API failed on %s", scope.get("path"))
            wrong = ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, ControlProblem(error="the control API failed; its log says why"))
        await render_problem(wrong)(scope, receive, send)


async def _raise_not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Raises Wrong."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    raise ProblemError(
        HTTPStatus.NOT_FOUND, ControlProblem(error="the control API has no such path; GET openapi.json tells those it has")
    )
