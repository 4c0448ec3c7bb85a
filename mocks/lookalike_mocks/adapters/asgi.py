"""The ASGI application: one port for every API, and for the control API."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import msgspec
from starlette.types import Receive, Scope, Send

from lookalike_specs.messages import Request, Response

from ..control import CONTROL_PREFIX, MAX_CONTROL_BODY_BYTES, Certificates, ControlApp, ControlContext
from ..mock import Mock
from ..request_log import RequestLog
from ..response_date import add_date, remove_date
from ..sandbox.issued_secrets import ISSUED_SECRETS
from ..sandbox.journal import JournalEntry
from ..threads import has_greenlets_for_threads
from .asgi_faults import get_raw_connection, send_response

# where an API does not say itself how long a body may take
BODY_SECONDS = 10.0
# of a body that is too long anyway; a client that sends without end is answered after that much
MAX_DRAIN_BYTES = 64 * 1024 * 1024
# a longer body takes time to read, whatever it is
MAX_DIRECT_BODY_BYTES = 512
# no operation of any API has a body with one of these; one that comes is passed over
BODILESS_METHODS = frozenset(("GET", "DELETE", "OPTIONS", "TRACE"))


class MockApp:
    """An ASGI application that answers as the mock's APIs, and below CONTROL_PREFIX as the control API.

    Bodies have `body_seconds` to arrive, or less where the API says so. `token` is the control token, a random one where
    none is given; the control API may be called by the names `hosts`, besides those of loopback, and presents
    certificates where there is `tls`. What is asked of the APIs is written to `request_log`, if it is set.

    Servers of others write `Date` themselves, and ASGI cannot tell them not to: there the application has none, unless
    `date_header` says that the server leaves its own out. Then each has one, by the sandbox's clock where it was set.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of a server's, by its name
        self,
        mock: Mock,
        *,
        body_seconds: float = BODY_SECONDS,
        token: str = "",
        hosts: Iterable[str] = (),
        tls: Certificates | None = None,
        date_header: bool = False,
    ) -> None:
        self.mock = mock
        self.date_header = date_header
        self.request_log: RequestLog | None = None
        self.body_seconds = body_seconds
        self.control_token = token or secrets.token_urlsafe(32)
        ISSUED_SECRETS.add((self.control_token,))
        # One at a time: an image of 16 million pixels takes 50 MB while it is decoded.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lookalike-images")
        self._control = ControlApp(ControlContext(mock, self.control_token, body_seconds, tls), hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # websockets too: the control API is what knows how to refuse them
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._control(scope, receive, send)
            return
        connection = get_raw_connection(scope)
        if connection is None:
            # another server than ours
            response = self._respond_here(await self._build_request(scope, receive))
            response = add_date(response, time.time()) if self.date_header else remove_date(response)
        elif connection.response is None:
            response = await self._respond_aside(connection.request)
        else:
            response = connection.response
        await send_response(response, scope, receive, send)

    async def _respond_aside(self, request: Request) -> Response:
        """Return the mock's response, made in a thread, while others are answered on the loop."""
        if has_greenlets_for_threads():
            # gevent would run the pool's threads on this one, which never gives them a turn
            return self._respond_here(request)
        loop = asyncio.get_running_loop()
        if self.request_log is None:
            return await loop.run_in_executor(self._pool, self.mock.respond, request)
        started_at = time.time()
        entry = await loop.run_in_executor(self._pool, self.mock.exchange, request)
        # here and not in the thread: the log belongs to the loop
        self._log(self.request_log, entry, started_at)
        return entry.response

    def _respond_here(self, request: Request) -> Response:
        if self.request_log is not None:
            return self._respond_and_log(request, self.request_log)
        return self.mock.respond(request)

    async def _build_request(self, scope: Scope, receive: Receive) -> Request:
        body = b""
        broken_rule = ""
        if scope["method"] not in BODILESS_METHODS:
            body, broken_rule = await self._read_body(scope["path"], receive)
        return Request(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            # other servers may have lists for the pairs
            headers=tuple((name, value) for name, value in scope["headers"]),
            body=body,
            scheme=scope["scheme"],
            broken_rule=broken_rule,
        )

    def respond_directly(self, request: Request) -> Response | None:
        """Return the mock's response to a request; None for one that takes time, and for one of the control API.

        Those are answered through ASGI. Our own server calls this before it makes an ASGI scope; under other servers
        nobody does.
        """
        if request.path.startswith(CONTROL_PREFIX):
            return None
        if not request.broken_rule and self._takes_time(request):
            return None
        if request.method in BODILESS_METHODS and (request.body or request.broken_rule):
            request = msgspec.structs.replace(request, body=b"", broken_rule="")
        if self.request_log is not None:
            return self._respond_and_log(request, self.request_log)
        return self.mock.respond(request)

    def _takes_time(self, request: Request) -> bool:
        if len(request.body) > MAX_DIRECT_BODY_BYTES:
            return True
        # The length says nothing of an image: 16 million pixels of one colour are 36 bytes of WebP, which fit into a query
        # and take a quarter of a second to decode. An address of an image that was uploaded before is as short.
        has_parameters = bool(request.body or request.query)
        return has_parameters and self.mock.reads_files(request.path)

    def _respond_and_log(self, request: Request, request_log: RequestLog) -> Response:
        started_at = time.time()
        entry = self.mock.exchange(request)
        self._log(request_log, entry, started_at)
        return entry.response

    @staticmethod
    def _log(request_log: RequestLog, entry: JournalEntry, started_at: float) -> None:
        answered_at = time.time()
        request_log.add(entry, answered_at, answered_at - started_at)

    def get_body_limit(self, method: str, path: str) -> int:
        """Return how many bytes of a body are kept."""
        if path.startswith(CONTROL_PREFIX):
            return MAX_CONTROL_BODY_BYTES
        if method in BODILESS_METHODS:
            return 0
        return self.mock.get_body_limit(path)

    def get_body_seconds(self, path: str) -> float:
        """Return how long a body may take to arrive; 0 where nothing is known."""
        if path.startswith(CONTROL_PREFIX):
            return 0
        return self.mock.get_body_seconds(path)

    async def _read_body(self, path: str, receive: Receive) -> tuple[bytes, str]:
        """Return the body, and which rule was broken by the way it came ("" if none).

        A body over the limit is read to its end and not kept: a client that is still sending does not read, and would
        see a reset instead of the vendor's error.
        """
        limit = self.mock.get_body_limit(path)
        seconds = self.body_seconds
        documented_seconds = self.mock.get_body_seconds(path)
        if documented_seconds:
            seconds = min(seconds, documented_seconds)
        body = bytearray()
        size = 0
        try:
            async with asyncio.timeout(seconds):
                while size <= MAX_DRAIN_BYTES:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        break
                    size += len(message["body"])
                    if size <= limit:
                        body += message["body"]
                    if not message["more_body"]:
                        break
        except TimeoutError:
            return bytes(body), "body-timeout"
        if size > limit:
            return bytes(body), "body-too-large"
        return bytes(body), ""
