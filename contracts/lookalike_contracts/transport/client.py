"""What the judge needs of a server."""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import BadStatusLine, HTTPException, HTTPResponse, IncompleteRead, LineTooLong, RemoteDisconnected
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final, Protocol
from urllib.parse import quote

from lookalike_specs.messages import FRAMING_HEADERS, Request, Response

from ..exceptions import CouldNotCheck
from .circuit_breaker import CircuitBreaker
from .url import BaseUrl, parse_base_url, resolve_addresses


class Target(Protocol):
    """Whatever answers requests."""

    @property
    def url(self) -> str:
        """The base URL: scheme, host, and perhaps a prefix."""
        ...

    def send(self, request: Request) -> Response:
        """The answer. Raises CouldNotCheck."""
        ...


REASONS: Mapping[type[Exception], Callable[[Any, str, float], str]] = {
    ssl.SSLCertVerificationError: lambda wrong, host, _: f"no TLS with {host}: {wrong.verify_message}",
    ssl.SSLError: lambda wrong, host, _: f"no TLS with {host}: {wrong.reason or type(wrong).__name__}",
    TimeoutError: lambda _, host, seconds: f"{host} did not answer within {seconds:g} s",
    ConnectionRefusedError: lambda _, host, __: f"nothing listens at {host}",
    socket.gaierror: lambda _, host, __: f"{host} has no address",
    RemoteDisconnected: lambda _, host, __: f"{host} closed the connection without an answer",
    ConnectionError: lambda _, host, __: f"{host} broke the connection off",
    IncompleteRead: lambda _, host, __: f"{host} broke its answer off, or its chunks are malformed",
    LineTooLong: lambda _, host, __: f"{host} answers with a head that is too long",
    BadStatusLine: lambda _, host, __: f"{host} does not speak HTTP",
    OSError: lambda wrong, host, __: f"{host} cannot be reached: {wrong.strerror or type(wrong).__name__}",
    HTTPException: lambda _, host, __: f"{host} answers with a head that cannot be read",
    ValueError: lambda _, host, __: f"{host} answers with something that cannot be read",
}


def describe_error(wrong: Exception, host: str, seconds: float) -> str:
    """The sentence for what went wrong."""
    return next(told for kind, told in REASONS.items() if isinstance(wrong, kind))(wrong, host, seconds)


METHODS_WITH_BODY: Final = ("POST", "PUT", "PATCH")
REQUEST_TARGET: Final = re.compile(rb"[!-~\x80-\xff]*")
TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD_VALUE: Final = re.compile(rb"[\t -~\x80-\xff]*")


def serialize_request(request: Request, origin: BaseUrl) -> bytes:
    """The request as it is sent, with `Host` and `Content-Length`. Raises CouldNotCheck for what would break it."""
    path = origin.prefix + quote(request.path, safe="/*", errors="replace")
    line = path.encode() + (b"?" + request.query if request.query else b"")
    if not (REQUEST_TARGET.fullmatch(line) and TOKEN.fullmatch(request.method.encode())):
        raise CouldNotCheck("a blank or a control character in a URL cannot be sent")
    head = [request.method.encode() + b" " + line + b" HTTP/1.1", b"Host: " + origin.netloc.encode()]
    head += _serialize_headers(request)
    return b"\r\n".join([*head, b"", request.body])


def _serialize_headers(request: Request) -> Iterator[bytes]:
    for name, value in request.headers:
        if name.lower() not in FRAMING_HEADERS:
            if not (TOKEN.fullmatch(name) and FIELD_VALUE.fullmatch(value)):
                raise CouldNotCheck("a control character in a header cannot be sent")
            yield name + b": " + value
    if request.body or request.method in METHODS_WITH_BODY:
        yield b"Content-Length: %d" % len(request.body)


CHUNK_SIZE: Final = 64 * 1024
SWITCHING_PROTOCOLS: Final = 101


def read_response(wire: DeadlineSocket, method: str, most: int) -> tuple[Response, bool]:
    """The reply, and whether the connection can be kept. Raises CouldNotCheck, HTTPException, OSError."""
    sock: Any = wire
    response = HTTPResponse(sock, method=method)
    _read_head(response)
    wire.is_reading_head = False
    _check_content_length(response)
    body = _read_body(response, most)
    if rest := wire.unread_bytes:
        raise CouldNotCheck(f"the answer has at least {len(rest):,} bytes more than it says")
    return _build_response(response, body), not response.will_close


def _read_head(response: HTTPResponse) -> None:
    """The head of the answer itself, behind those that only say that it is on its way."""
    response.begin()
    while 100 < response.status < 200 and response.status != SWITCHING_PROTOCOLS:
        again: Any = response
        again.headers = None
        response.begin()


def _check_content_length(response: HTTPResponse) -> None:
    """Look at the length that the answer says it has. Raises CouldNotCheck when it does not make sense."""
    said = {text.strip() for value in response.headers.get_all("content-length", []) for text in value.split(",")}
    if len(said) > 1 or not all(text.isascii() and text.isdecimal() for text in said):
        raise CouldNotCheck("the answer has a Content-Length that is no number, or more than one")


def _read_body(response: HTTPResponse, most: int) -> bytes:
    parts = list[bytes]()
    size = 0
    while part := response.read1(CHUNK_SIZE):
        parts.append(part)
        size += len(part)
        if size > most:
            raise CouldNotCheck(f"the answer has more than {most:,} bytes")
    if response.length:
        raise CouldNotCheck(f"the answer ended {response.length:,} bytes early")
    return b"".join(parts)


def _build_response(response: HTTPResponse, body: bytes) -> Response:
    headers = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders())
    media_type = response.getheader("content-type") or ""
    return Response(status=response.status, body=body, media_type=media_type, headers=headers)


MAX_HEAD_BYTES = 256 * 1024


@dataclass(eq=False)
class DeadlineSocket(io.RawIOBase):
    """Reads from a socket until a moment, on time.monotonic(): a server that drips gains nothing.

    `got` counts the bytes of the answer, and `head` bounds them until its head is complete.
    """

    sock: socket.socket
    deadline: float = 0.0
    received_bytes: int = 0
    is_reading_head: bool = True
    line_count: int = 0
    is_nonblocking: bool = False
    buffer: io.BufferedReader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The buffer that outlives single answers: what comes after one is seen."""
        self.buffer = _PersistentReader(self)

    def begin_exchange(self, until: float) -> None:
        """The next request is to be answered until then."""
        self.deadline = until
        self.received_bytes = 0
        self.is_reading_head = True
        self.line_count = 0

    def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError."""
        self.sock.settimeout(self._remaining_seconds())
        self.sock.sendall(data)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Some bytes. Raises TimeoutError, OSError, CouldNotCheck."""
        if self.is_nonblocking:
            return self._read_available(buffer)
        self.sock.settimeout(self._remaining_seconds())
        count = self.sock.recv_into(buffer)
        self.received_bytes += count
        if self.is_reading_head and self.received_bytes > MAX_HEAD_BYTES:
            raise CouldNotCheck(f"the head of the answer has more than {MAX_HEAD_BYTES:,} bytes")
        return count

    def makefile(self, _: str) -> io.BufferedReader:
        """As http.client asks a socket for it."""
        return self.buffer

    @property
    def unread_bytes(self) -> bytes:
        """What came, and was not read: more than the answer has."""
        self.is_nonblocking = True
        try:
            return self.buffer.peek()
        finally:
            self.is_nonblocking = False

    @property
    def is_reusable(self) -> bool:
        """Whether nothing is there to be read, not even an end: the next answer will be to the next request."""
        with DefaultSelector() as selector:
            selector.register(self.sock, EVENT_READ)
            return not selector.select(0)

    def close_socket(self) -> None:
        """Close the connection."""
        self.sock.close()

    def _read_available(self, buffer: memoryview) -> int | None:
        """What has come already; None for nothing."""
        self.sock.setblocking(False)
        try:
            return self.sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None

    def _remaining_seconds(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _PersistentReader(io.BufferedReader):
    """A buffer that stays when an answer is done with; a line that does not end is not one."""

    def readline(self, size: int | None = -1) -> bytes:
        """A line of a head, or the size of a chunk. Raises CouldNotCheck, which http.client takes for its end."""
        line = super().readline(size)
        wire = self.raw
        assert isinstance(wire, DeadlineSocket)  # noqa: S101 - for the type checker: nobody else has this buffer
        wire.line_count += 1
        # http.client judges the first line itself: whether that is HTTP
        if wire.line_count > 1 and not line.endswith(b"\n") and len(line) != size:
            raise CouldNotCheck(f"the answer ended in the middle of its {'head' if wire.is_reading_head else 'chunks'}")
        return line

    def flush(self) -> None:
        """Nothing is written here; http.client asks for it when a connection has ended, too."""

    def close(self) -> None:
        """Stay."""


DEFAULT_TIMEOUT = 10.0
MAX_RESPONSE_BYTES = 8 * 1024 * 1024


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
