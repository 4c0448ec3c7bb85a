"""The server under test, over HTTP: exactly these bytes, one host, within a deadline, up to a limit."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException

from lookalike_specs.wire import Response, Request

from ..errors import CouldNotCheck
from .address import resolve_addresses
from .answer import read_response
from .origin import BaseUrl, parse_base_url
from .patience import CircuitBreaker
from .reasons import describe_error
from .wire import DeadlineSocket
from .written import serialize_request

DEFAULT_TIMEOUT, MAX_RESPONSE_BYTES = 10.0, 8 * 1024 * 1024


@dataclass
class HttpClient:
    """A server at a base URL. Redirects are not followed, proxies not used; nobody but this host is contacted.

    A call takes at most `deadline` seconds, name, connection and TLS included. `budget` is how many requests may be
    sent in all, None for any number; `rate` how many a second, 0 for no limit. Raises BadUrl.
    """

    url: str
    timeout: float = DEFAULT_TIMEOUT
    max_bytes: int = MAX_RESPONSE_BYTES
    ssl_context: ssl.SSLContext | None = None
    max_requests: int | None = None
    rate: float = 0.0
    request_count: int = field(default=0, init=False)
    _base_url: BaseUrl = field(init=False, repr=False)
    _socket: DeadlineSocket | None = field(default=None, init=False, repr=False)
    _addresses: list[tuple[int, str]] = field(default_factory=list, init=False, repr=False)
    _circuit_breaker: CircuitBreaker = field(default_factory=CircuitBreaker, init=False, repr=False)
    _next_request_at: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        """Read the URL, before anything is sent."""
        self._base_url = parse_base_url(self.url)

    def send(self, request: Request) -> Response:
        """The answer. Raises CouldNotCheck: no connection, no HTTP, too slow, too much; nothing is asked for ever."""
        self._circuit_breaker.check()
        data = serialize_request(request, self._base_url)
        try:
            reply = self._send_with_retry(request.method, data)
        except CouldNotCheck as wrong:
            self._circuit_breaker.record_failure(wrong)
            raise
        self._circuit_breaker.record_success()
        return reply

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._socket is not None:
            self._socket.close_socket()
            self._socket = None

    def __enter__(self) -> HttpClient:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _send_with_retry(self, method: str, data: bytes) -> Response:
        """Send it, once more on a new connection where a kept one ended before anything was answered."""
        until = time.monotonic() + self.timeout
        if self._socket is not None and self._socket.is_reusable:
            try:
                return self._send_once(method, data, until)
            except CouldNotCheck as wrong:
                # a server may close a kept connection at any time, and has then not seen the request
                if not isinstance(wrong.__cause__, ConnectionError):
                    raise
        self.close()
        return self._send_once(method, data, until)

    def _send_once(self, method: str, data: bytes, until: float) -> Response:
        self._count_request()
        wire: DeadlineSocket | None = None
        try:
            wire = self._socket = self._socket or self._connect(until)
            wire.begin_exchange(until)
            wire.send(data)
            reply, keeps = read_response(wire, method, self.max_bytes)
        except CouldNotCheck:
            self.close()
            raise
        except (OSError, HTTPException, ValueError) as wrong:
            self.close()
            told = CouldNotCheck(describe_error(wrong, self._base_url.netloc, self.timeout))
            # a connection that ended in the middle of an answer is another thing than one without any
            raise told from (None if isinstance(wrong, ConnectionError) and wire and wire.received_bytes else wrong)
        if not keeps:
            self.close()
        return reply

    def _count_request(self) -> None:
        """One request more. Raises CouldNotCheck when there is none left."""
        if self.max_requests is not None and self.request_count >= self.max_requests:
            raise CouldNotCheck(f"the budget of {self.max_requests} requests is used up")
        if self.rate:
            time.sleep(max(0.0, self._next_request_at - time.monotonic()))
            self._next_request_at = time.monotonic() + 1 / self.rate
        self.request_count += 1

    def _connect(self, until: float) -> DeadlineSocket:
        """A connection to the address that answered first; it is looked up once for all requests."""
        self._addresses = self._addresses or resolve_addresses(self._base_url, until)
        wrong: OSError | None = None
        for family, address in self._addresses:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(max(0.001, until - time.monotonic()))
                sock.connect((address, self._base_url.port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._addresses = [(family, address)]
                return DeadlineSocket(self._wrap_tls(sock, until))
            except OSError as failed:
                wrong = failed
                sock.close()
        raise wrong or socket.gaierror

    def _wrap_tls(self, sock: socket.socket, until: float) -> socket.socket:
        if self._base_url.scheme != "https":
            return sock
        context = self.ssl_context or ssl.create_default_context()
        sock.settimeout(max(0.001, until - time.monotonic()))
        return context.wrap_socket(sock, server_hostname=self._base_url.host)
