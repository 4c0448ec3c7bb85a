"""Who may come in: nobody by a name that is not ours, and only with the token but where it is open to all."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Iterable
from hmac import compare_digest
from http import HTTPStatus
from operator import attrgetter

from starlette.requests import ClientDisconnect
from starlette.routing import Route, Router, compile_path
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from .endpoint import Resource, render_problem
from .operation import CONTROL_PREFIX, ControlContext, ControlOperation
from .operations import OPERATIONS
from .problem import ControlProblem, ProblemError

HOST_PATTERN = re.compile(rb"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]@/?#\s]+))(?::\d{0,5})?")


class Guard:
    """Lets requests in that come by a name of loopback, by the address they reached, or by one of `hosts`.

    A page in a browser that leads its own name here (DNS rebinding) comes by that name.
    """

    def __init__(self, token: str, hosts: Iterable[str], operations: Iterable[ControlOperation]) -> None:
        self._token = token.encode()
        self._hosts = frozenset(("localhost", *(host.lower() for host in hosts)))
        self._open = [(each.method, compile_path(CONTROL_PREFIX + each.path)[0]) for each in operations if each.is_open]

    def check(self, scope: Scope) -> None:
        """Raises Wrong."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if not self._is_allowed_host([value for name, value in headers if name == b"host"], scope):
            told = ControlProblem(
                error="the control API answers by a loopback name or address, or by one of --allow-host"
            )
            raise ProblemError(HTTPStatus.FORBIDDEN, told)
        if not self._is_open(scope) and not self._has_token(
            [value for name, value in headers if name == b"authorization"]
        ):
            told = ControlProblem(error="this needs Authorization: Bearer <control token>")
            raise ProblemError(HTTPStatus.UNAUTHORIZED, told, {"www-authenticate": "Bearer"})

    def _is_allowed_host(self, named: list[bytes], scope: Scope) -> bool:
        found = HOST_PATTERN.fullmatch(named[0]) if len(named) == 1 else None
        if found is None:
            return False
        host = (found[1] or found[2]).decode("latin-1").lower()
        if host in self._hosts:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or host == (scope.get("server") or ("",))[0]

    def _is_open(self, scope: Scope) -> bool:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return any(method == known and path.match(scope["path"]) for known, path in self._open)

    def _has_token(self, presented: list[bytes]) -> bool:
        word, _, token = (presented[0] if len(presented) == 1 else b"").partition(b" ")
        return compare_digest(token.strip(), self._token) and word.lower() == b"bearer"


logger = logging.getLogger("lookalike")


class ControlApp:
    """Answers below OWN, but for what is open only to those who know the token.

    `hosts` are names that it may be asked by, besides those of loopback.
    """

    def __init__(self, served: ControlContext, hosts: Iterable[str] = ()) -> None:
        self._guard = Guard(served.token, hosts, OPERATIONS)
        paths = dict.fromkeys(map(attrgetter("path"), OPERATIONS))
        routes = [
            Route(CONTROL_PREFIX + path, Resource([each for each in OPERATIONS if each.path == path], served))
            for path in paths
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
            wrong = ProblemError(
                HTTPStatus.INTERNAL_SERVER_ERROR, ControlProblem(error="the control API failed; its log says why")
            )
        await render_problem(wrong)(scope, receive, send)


async def _raise_not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Raises Wrong."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    raise ProblemError(
        HTTPStatus.NOT_FOUND,
        ControlProblem(error="the control API has no such path; GET openapi.json tells those it has"),
    )
