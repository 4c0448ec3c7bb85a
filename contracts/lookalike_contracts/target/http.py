"""The server under test, over HTTP: exactly these bytes, one host, within a deadline, up to a limit."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException

from lookalike_specs.wire import Reply, Request

from ..errors import CouldNotCheck
from .address import addresses
from .answer import read
from .origin import Origin, origin
from .patience import Patience
from .reasons import reason
from .wire import Wire
from .written import written

DEADLINE, MOST_BYTES = 10.0, 8 * 1024 * 1024


@dataclass
class Http:
    """A server at a base URL. Redirects are not followed, proxies not used; nobody but this host is contacted.

    A call takes at most `deadline` seconds, name, connection and TLS included. `budget` is how many requests may be
    sent in all, None for any number; `rate` how many a second, 0 for no limit. Raises BadUrl.
    """

    url: str
    deadline: float = DEADLINE
    most: int = MOST_BYTES
    context: ssl.SSLContext | None = None
    budget: int | None = None
    rate: float = 0.0
    sent: int = field(default=0, init=False)
    _origin: Origin = field(init=False, repr=False)
    _wire: Wire | None = field(default=None, init=False, repr=False)
    _found: list[tuple[int, str]] = field(default_factory=list, init=False, repr=False)
    _patience: Patience = field(default_factory=Patience, init=False, repr=False)
    _next: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        """Read the URL, before anything is sent."""
        self._origin = origin(self.url)

    def send(self, request: Request) -> Reply:
        """The answer. Raises CouldNotCheck: no connection, no HTTP, too slow, too much; nothing is asked for ever."""
        self._patience.ask()
        data = written(request, self._origin)
        try:
            reply = self._sent(request.method, data)
        except CouldNotCheck as wrong:
            self._patience.lose(wrong)
            raise
        self._patience.win()
        return reply

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._wire is not None:
            self._wire.end()
            self._wire = None

    def __enter__(self) -> Http:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _sent(self, method: str, data: bytes) -> Reply:
        """Send it, once more on a new connection where a kept one ended before anything was answered."""
        until = time.monotonic() + self.deadline
        if self._wire is not None and self._wire.is_fresh:
            try:
                return self._tried(method, data, until)
            except CouldNotCheck as wrong:
                # a server may close a kept connection at any time, and has then not seen the request
                if not isinstance(wrong.__cause__, ConnectionError):
                    raise
        self.close()
        return self._tried(method, data, until)

    def _tried(self, method: str, data: bytes, until: float) -> Reply:
        self._count()
        wire: Wire | None = None
        try:
            wire = self._wire = self._wire or self._connected(until)
            wire.start(until)
            wire.send(data)
            reply, keeps = read(wire, method, self.most)
        except CouldNotCheck:
            self.close()
            raise
        except (OSError, HTTPException, ValueError) as wrong:
            self.close()
            told = CouldNotCheck(reason(wrong, self._origin.netloc, self.deadline))
            # a connection that ended in the middle of an answer is another thing than one without any
            raise told from (None if isinstance(wrong, ConnectionError) and wire and wire.got else wrong)
        if not keeps:
            self.close()
        return reply

    def _count(self) -> None:
        """One request more. Raises CouldNotCheck when there is none left."""
        if self.budget is not None and self.sent >= self.budget:
            raise CouldNotCheck(f"the budget of {self.budget} requests is used up")
        if self.rate:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + 1 / self.rate
        self.sent += 1

    def _connected(self, until: float) -> Wire:
        """A connection to the address that answered first; it is looked up once for all requests."""
        self._found = self._found or addresses(self._origin, until)
        wrong: OSError | None = None
        for family, address in self._found:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(max(0.001, until - time.monotonic()))
                sock.connect((address, self._origin.port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._found = [(family, address)]
                return Wire(self._secured(sock, until))
            except OSError as failed:
                wrong = failed
                sock.close()
        raise wrong or socket.gaierror

    def _secured(self, sock: socket.socket, until: float) -> socket.socket:
        if self._origin.scheme != "https":
            return sock
        context = self.context or ssl.create_default_context()
        sock.settimeout(max(0.001, until - time.monotonic()))
        return context.wrap_socket(sock, server_hostname=self._origin.host)
