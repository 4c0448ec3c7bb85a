"""What the judge needs of a server: requests out and answers in, or the reason why there is none."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import quote

import msgspec

from lookalike_specs.messages import FRAMING_HEADERS, Request, Response

from ..deadline import get_deadline
from ..exceptions import CouldNotCheck, RequestNotSent
from .circuit_breaker import CircuitBreaker
from .connection import Connection
from .content_coding import decode_body
from .exceptions import NotHttp, ServerClosedConnection
from .url import BaseUrl, parse_base_url, resolve_addresses
from .value_count import require_few_values


class Target(Protocol):
    """Whatever answers requests."""

    @property
    def url(self) -> str:
        """The base URL: scheme, host, and perhaps a prefix."""
        ...

    def send(self, request: Request) -> Response:
        """Return the answer. Raise CouldNotCheck."""
        ...


# Special ones first, as the first that fits is taken: nearly all of them are OSErrors.
REASONS: Final[Mapping[type[Exception], Callable[[Any, str, float], str]]] = {
    NotHttp: lambda _, host, __: f"{host} does not speak HTTP",
    ssl.SSLCertVerificationError: lambda error, host, _: f"no TLS with {host}: {error.verify_message}",
    ssl.SSLError: lambda error, host, _: f"no TLS with {host}: {error.reason or type(error).__name__}",
    TimeoutError: lambda _, host, seconds: f"{host} did not answer within {seconds:g} s",
    ConnectionRefusedError: lambda _, host, __: f"nothing listens at {host}",
    socket.gaierror: lambda _, host, __: f"{host} has no address",
    ServerClosedConnection: lambda _, host, __: f"{host} closed the connection without an answer",
    ConnectionError: lambda _, host, __: f"{host} broke the connection off",
    OSError: lambda error, host, __: f"{host} cannot be reached: {error.strerror or type(error).__name__}",
}


def describe_error(error: NotHttp | OSError, host: str, seconds: float) -> str:
    """Return the sentence for what went wrong."""
    describe = next(describe for kind, describe in REASONS.items() if isinstance(error, kind))
    return describe(error, host, seconds)


METHODS_WITH_BODY: Final = ("POST", "PUT", "PATCH")
# A request holds what the caller wants to have there, malformed or not, as vendors answer that too. Only what would end
# its line, and so smuggle in another header or another request, is kept back.
REQUEST_TARGET: Final = re.compile(rb"[!-~\x80-\xff]*")
TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD_VALUE: Final = re.compile(rb"[\t -~\x80-\xff]*")


def serialize_request(request: Request, base_url: BaseUrl) -> bytes:
    """Return the request's bytes, with `Host` and `Content-Length`. Raise RequestNotSent for what would break it."""
    path = base_url.prefix + quote(request.path, safe="/*", errors="replace")
    target = path.encode()
    if request.query:
        target += b"?" + request.query
    method = request.method.encode()
    if not (REQUEST_TARGET.fullmatch(target) and TOKEN.fullmatch(method)):
        raise RequestNotSent("a blank or a control character in a URL cannot be sent")
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: " + base_url.netloc.encode()]
    lines += _serialize_headers(request)
    return b"\r\n".join([*lines, b"", request.body])


def _serialize_headers(request: Request) -> Iterator[bytes]:
    # without it a server may compress its answers as it likes (RFC 9110, 12.5.3)
    if request.get_header(b"accept-encoding") is None:
        yield b"Accept-Encoding: identity"
    for name, value in request.headers:
        if name.lower() in FRAMING_HEADERS:
            continue
        if not (TOKEN.fullmatch(name) and FIELD_VALUE.fullmatch(value)):
            raise RequestNotSent("a control character in a header cannot be sent")
        yield name + b": " + value
    if request.body or request.method in METHODS_WITH_BODY:
        yield b"Content-Length: %d" % len(request.body)


DEFAULT_TIMEOUT: Final = 10.0
MAX_RESPONSE_BYTES: Final = 8 * 1024 * 1024
# a socket takes 0 for "do not wait" and refuses less
MIN_SOCKET_TIMEOUT: Final = 0.001


@dataclass
class HttpClient:
    """A server at a base URL. Redirects are not followed, proxies not used; nobody but this host is contacted.

    A call takes at most `timeout` seconds: name lookup, connection, TLS and a second try included. `max_bytes` is the
    largest body of an answer. `max_requests` is how many requests may be sent in all, None for any number; `rate` how
    many a second, 0 for no limit. Raises BadBaseUrl.
    """

    url: str
    timeout: float = DEFAULT_TIMEOUT
    max_bytes: int = MAX_RESPONSE_BYTES
    ssl_context: ssl.SSLContext | None = None
    max_requests: int | None = None
    rate: float = 0.0
    request_count: int = field(default=0, init=False)
    _base_url: BaseUrl = field(init=False, repr=False)
    _connection: Connection | None = field(default=None, init=False, repr=False)
    _addresses: list[tuple[int, str]] = field(default_factory=list, init=False, repr=False)
    _circuit_breaker: CircuitBreaker = field(default_factory=CircuitBreaker, init=False, repr=False)
    _next_request_at: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        # before anything is sent: who mistypes a URL is told at once
        self._base_url = parse_base_url(self.url)

    def send(self, request: Request) -> Response:
        """Return the answer. Raise CouldNotCheck: no connection, no HTTP, too slow, too much; it always ends."""
        self._circuit_breaker.check()
        data = serialize_request(request, self._base_url)
        try:
            response = self._send_with_retry(request.method, data)
        except CouldNotCheck as error:
            self._circuit_breaker.record_failure(error)
            raise
        self._circuit_breaker.record_success()
        return self._decode(response)

    def _decode(self, response: Response) -> Response:
        """Return the response with its body as it was before a server compressed it. Raise CouldNotCheck."""
        codings = [value for name, value in response.headers if name == b"content-encoding"]
        if codings:
            response = msgspec.structs.replace(response, body=decode_body(response.body, codings, self.max_bytes))
        require_few_values(response.body)
        return response

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send_with_retry(self, method: str, data: bytes) -> Response:
        # what is left of the whole run may be less than a request may take
        deadline = min(time.monotonic() + self.timeout, get_deadline().moment)
        if self._connection is not None and self._connection.is_reusable:
            try:
                return self._send_once(method, data, deadline)
            except CouldNotCheck as error:
                # A server may close a kept connection at any time, also just as the next request is on its way. It has
                # not seen that one then, so that it can be sent again. Any other failure may have had its effect.
                if not isinstance(error.__cause__, ConnectionError):
                    raise
        self.close()
        return self._send_once(method, data, deadline)

    def _send_once(self, method: str, data: bytes, deadline: float) -> Response:
        # the time for an answer begins when the request may go out: with `--rate 0.05` that takes 20 s
        deadline = min(deadline + self._count_request(), get_deadline().moment)
        try:
            if self._connection is None:
                self._connection = self._connect(deadline)
            response, can_be_kept = self._connection.exchange(method, data, max_bytes=self.max_bytes, deadline=deadline)
        except CouldNotCheck:
            self.close()
            raise
        except (NotHttp, OSError) as error:
            if isinstance(error, TimeoutError):
                self._end_with_run()
            failure = CouldNotCheck(describe_error(error, self._base_url.netloc, self.timeout))
            has_begun = self._connection is not None and self._connection.received_bytes > 0
            self.close()
            # A connection that ended inside an answer is no reason to ask again, nor for the circuit breaker: the
            # server has seen the request and works. So the cause, which both look at, is left out.
            if isinstance(error, ConnectionError) and has_begun:
                raise failure from None
            raise failure from error
        except BaseException:
            # An interrupt, or the end of the time: the answer may still come, and would be taken for the next one's.
            self.close()
            raise
        if not can_be_kept:
            self.close()
        return response

    def _end_with_run(self) -> None:
        """Raise TimeLimitExceeded where it was the time of the run that ended, and not that of the request."""
        deadline = get_deadline()
        if deadline.is_over:
            self.close()
            deadline.check()

    def _count_request(self) -> float:
        """Count one request more, wait for its turn, and return for how many seconds.

        Raise RequestNotSent when there is none left, TimeLimitExceeded.
        """
        if self.max_requests is not None and self.request_count >= self.max_requests:
            raise RequestNotSent(f"the budget of {self.max_requests} requests is used up")
        waited = 0.0
        if self.rate:
            deadline = get_deadline()
            waited = max(0.0, min(self._next_request_at, deadline.moment) - time.monotonic())
            time.sleep(waited)
            deadline.check()
            self._next_request_at = time.monotonic() + 1 / self.rate
        self.request_count += 1
        return waited

    def _connect(self, deadline: float) -> Connection:
        """Return a connection to the first address that takes one. Raise OSError.

        The name is looked up once for all requests, and the address that took the first connection is kept: "localhost"
        may be ::1 and 127.0.0.1, and two servers may listen there.
        """
        if not self._addresses:
            self._addresses = resolve_addresses(self._base_url, deadline)
        failure: OSError = socket.gaierror()
        for family, address in self._addresses:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                _set_timeout(sock, deadline)
                sock.connect((address, self._base_url.port))
                # head and body of a request are one write, and it must not wait for the last answer's ACK
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = Connection(self._start_tls(sock, deadline))
            except OSError as error:
                failure = error
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                self._addresses = [(family, address)]
                return connection
        raise failure

    def _start_tls(self, sock: socket.socket, deadline: float) -> socket.socket:
        if self._base_url.scheme != "https":
            return sock
        context = self.ssl_context or ssl.create_default_context()
        _set_timeout(sock, deadline)
        return context.wrap_socket(sock, server_hostname=self._base_url.host)


def _set_timeout(sock: socket.socket, deadline: float) -> None:
    sock.settimeout(max(MIN_SOCKET_TIMEOUT, deadline - time.monotonic()))
