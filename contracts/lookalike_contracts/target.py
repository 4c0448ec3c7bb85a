"""The server under test, reached over HTTP: exactly these bytes, one host, within a deadline, up to a limit."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, RemoteDisconnected
from typing import Protocol
from urllib.parse import urlsplit

from lookalike_specs.curl import url as url_of
from lookalike_specs.wire import Reply, Request

from .errors import CouldNotCheck

DEADLINE, MOST_BYTES, PIECE = 10.0, 8 * 1024 * 1024, 64 * 1024
OWN = (b"host", b"content-length", b"connection", b"transfer-encoding")


class Target(Protocol):
    """Whatever answers requests."""

    @property
    def url(self) -> str:
        """The base URL: scheme, host, and perhaps a prefix."""
        ...

    def send(self, request: Request) -> Reply:
        """The answer. Raises CouldNotCheck."""
        ...


@dataclass
class Http:
    """A server at a base URL. Redirects are not followed, proxies not used; nobody but this host is contacted."""

    url: str
    deadline: float = DEADLINE
    most: int = MOST_BYTES
    context: ssl.SSLContext | None = None
    _connection: HTTPConnection | None = field(default=None, repr=False)

    def send(self, request: Request) -> Reply:
        """The answer. Raises CouldNotCheck: no connection, no HTTP, too slow, too much."""
        kept = self._connection is not None
        try:
            return self._sent(request)
        except CouldNotCheck as wrong:
            # a server may close a kept connection at any time, and has then not seen the request
            if not (kept and isinstance(wrong.__cause__, RemoteDisconnected | BrokenPipeError)):
                raise
        return self._sent(request)

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _sent(self, request: Request) -> Reply:
        until = time.monotonic() + self.deadline
        with self._told():
            connection = self._connection or self._connect()
            self._write(connection, request)
            response = connection.getresponse()
            reply = _reply(response, self._read(connection, response, until))
            response.close()
        self._connection = None if response.will_close else connection
        return reply

    def _connect(self) -> HTTPConnection:
        split = urlsplit(self.url)
        if split.scheme == "https":
            context = self.context or ssl.create_default_context()
            return HTTPSConnection(split.hostname or "", split.port, timeout=self.deadline, context=context)
        return HTTPConnection(split.hostname or "", split.port, timeout=self.deadline)

    def _write(self, connection: HTTPConnection, request: Request) -> None:
        split = urlsplit(url_of(request, self.url))
        path = f"{split.path}?{split.query}" if split.query else split.path
        connection.putrequest(request.method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", urlsplit(self.url).netloc)
        for name, value in request.headers:
            if name not in OWN:
                connection.putheader(name.decode("latin-1"), value)
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)

    def _read(self, connection: HTTPConnection, response: HTTPResponse, until: float) -> bytes:
        parts, size = list[bytes](), 0
        while part := response.read1(PIECE):
            parts.append(part)
            size += len(part)
            if size > self.most:
                raise CouldNotCheck(f"the answer has more than {self.most:,} bytes")
            if (left := until - time.monotonic()) <= 0:
                raise CouldNotCheck(f"the answer was not complete after {self.deadline:g} s")
            if connection.sock is not None:
                connection.sock.settimeout(left)
        if response.length:
            raise CouldNotCheck(f"the answer ended {response.length:,} bytes early")
        return b"".join(parts)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong on the way, as CouldNotCheck; the connection is of no use then."""
        try:
            yield
        except CouldNotCheck:
            self.close()
            raise
        except (OSError, HTTPException, ValueError) as wrong:
            self.close()
            raise CouldNotCheck(self._reason(wrong)) from wrong

    def _reason(self, wrong: Exception) -> str:
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        if isinstance(wrong, ConnectionRefusedError):
            return f"nothing listens at {host}"
        if isinstance(wrong, TimeoutError):
            return f"{host} did not answer within {self.deadline:g} s"
        if isinstance(wrong, ssl.SSLError):
            return f"no TLS with {host}: {wrong.reason or type(wrong).__name__}"
        if isinstance(wrong, socket.gaierror):
            return f"{host} has no address"
        return f"{host} broke off: {type(wrong).__name__}"


def _reply(response: HTTPResponse, body: bytes) -> Reply:
    headers = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders())
    media_type = response.getheader("content-type") or ""
    return Reply(status=response.status, body=body, media_type=media_type, headers=headers)
