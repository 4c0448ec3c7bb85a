"""The control API as an ASGI application, and the guard that decides who may call it."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Iterable
from hmac import compare_digest
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.routing import Route, Router, compile_path
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from .operation import CONTROL_PREFIX, ControlContext, ControlOperation
from .problem import ControlProblem, ProblemError
from .resource import Resource, render_problem
from .routes import OPERATIONS

# `Host: name`, `Host: name:8000`, `Host: [::1]:8000`; group 1 is an IPv6 address, group 2 anything else
HOST_PATTERN = re.compile(rb"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]@/?#\s]+))(?::\d{0,5})?")
FOREIGN_HOST_ERROR = "the control API answers by a loopback name or address, or by one of --allow-host"
MISSING_TOKEN_ERROR = "this needs Authorization: Bearer <control token>"  # noqa: S105 - a message
INTERNAL_ERROR = "the control API failed; its log says why"
UNKNOWN_PATH_ERROR = "the control API has no such path; GET openapi.json tells those it has"
logger = logging.getLogger("lookalike")


class Guard:
    """Access control: by the name in `Host` first, by the token second.

    A request may name a loopback host, the address that it reached, or one of `hosts`. Any other name is refused: a
    page in a browser can point its own name at this machine (DNS rebinding), but cannot send another `Host`.
    """

    def __init__(self, token: str, hosts: Iterable[str], operations: Iterable[ControlOperation]) -> None:
        self._token = token.encode()
        self._hosts = frozenset(("localhost", *(host.lower() for host in hosts)))
        self._open_paths = [
            (operation.method, compile_path(CONTROL_PREFIX + operation.path)[0])
            for operation in operations
            if operation.is_open
        ]

    def check(self, scope: Scope) -> None:
        """Raise ProblemError for a request that may not come in."""
        hosts = _list_header_values(scope, b"host")
        is_open = self._is_open(scope)
        # A load balancer's probe of HTTP/1.0 sends no `Host`. No page in a browser can leave it out, so what needs no
        # token is answered: that is no more than the same client gets by a name of loopback.
        if is_open and not hosts:
            return
        if not self._is_allowed_host(hosts, scope):
            raise ProblemError(HTTPStatus.FORBIDDEN, ControlProblem(error=FOREIGN_HOST_ERROR))
        if is_open or self._has_token(_list_header_values(scope, b"authorization")):
            return
        problem = ControlProblem(error=MISSING_TOKEN_ERROR)
        raise ProblemError(HTTPStatus.UNAUTHORIZED, problem, {"www-authenticate": "Bearer"})

    def _is_allowed_host(self, values: list[bytes], scope: Scope) -> bool:
        # two Host headers are as bad as none: a proxy may have judged the one that we do not read
        if len(values) != 1:
            return False
        match = HOST_PATTERN.fullmatch(values[0])
        if match is None:
            return False
        host = (match[1] or match[2]).decode("latin-1").lower()
        if host in self._hosts:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        server_host = (scope.get("server") or ("",))[0]
        return address.is_loopback or host == server_host

    def _is_open(self, scope: Scope) -> bool:
        method = scope["method"]
        if method == "HEAD":
            method = "GET"
        return any(method == open_method and path.match(scope["path"]) for open_method, path in self._open_paths)

    def _has_token(self, values: list[bytes]) -> bool:
        if len(values) != 1:
            return False
        scheme, _, token = values[0].partition(b" ")
        # the time that a comparison takes must not tell how much of a guess was right
        return compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"


def _list_header_values(scope: Scope, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == wanted]


class ControlApp:
    """The ASGI application below CONTROL_PREFIX; `hosts` are names that it may be called by besides those of loopback.

    Whatever goes wrong is answered as JSON with the problem in it, and never with a traceback.
    """

    def __init__(self, context: ControlContext, hosts: Iterable[str] = ()) -> None:
        self._guard = Guard(context.token, hosts, OPERATIONS)
        # Starlette routes by path and answers 405 itself; a Resource per path lets that answer be JSON as well
        by_path: dict[str, list[ControlOperation]] = {}
        for operation in OPERATIONS:
            by_path.setdefault(operation.path, []).append(operation)
        routes = [Route(CONTROL_PREFIX + path, Resource(operations, context)) for path, operations in by_path.items()]
        self._router = Router(routes, redirect_slashes=False, default=_raise_not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http":
                self._guard.check(scope)
            await self._router(scope, receive, send)
            return
        except ClientDisconnect:
            return
        except ProblemError as error:
            # its frames have this one among them, which is about to hold the error: a circle with all of the request in it
            error.__traceback__ = None
            error.__cause__ = None
            error.__context__ = None
            problem = error
        except Exception:
            # the client learns nothing of it: a traceback may hold a token
            logger.exception("the control API failed on %s", scope.get("path"))
            problem = ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, ControlProblem(error=INTERNAL_ERROR))
        await render_problem(problem)(scope, receive, send)


async def _raise_not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Raise ProblemError for a path that is not there; close a websocket, which takes no HTTP response."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    raise ProblemError(HTTPStatus.NOT_FOUND, ControlProblem(error=UNKNOWN_PATH_ERROR))
