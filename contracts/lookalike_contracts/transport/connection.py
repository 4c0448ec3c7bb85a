"""One connection to a server: a request out, its answer in, until a deadline and up to a limit.

h11 does the framing of HTTP/1.1 and nothing else: it has states and a buffer, and never touches the socket. So every
byte passes through this module, where deadlines and limits hold, and requests go out byte for byte as we write them.
"""

from __future__ import annotations

import select
import socket
import ssl
import sys
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import h11

from lookalike_specs.messages import Response

from ..exceptions import CouldNotCheck
from .exceptions import NotHttp, ServerClosedConnection

CHUNK_SIZE: Final = 64 * 1024
# of one head
MAX_HEAD_BYTES: Final = 64 * 1024
# of all heads of an answer: "100 Continue" may come any number of times before the one that counts
MAX_HEADS_BYTES: Final = 256 * 1024
VERSION_PREFIX: Final = b"HTTP/"
ResponseHead = h11.Response | h11.InformationalResponse


@dataclass(eq=False)
class Connection:
    """A socket that is connected, TLS included, and all that it may keep us waiting for."""

    sock: socket.socket
    # of the answer that is being read: with none, a server that closed the connection has not begun to answer
    received_bytes: int = 0
    _deadline: float = 0.0

    def exchange(self, method: str, request: bytes, *, max_bytes: int, deadline: float) -> tuple[Response, bool]:
        """Send a request and return its answer, and whether the connection can take another one.

        `deadline` is a moment of time.monotonic(), `max_bytes` the largest body. Raise CouldNotCheck, NotHttp, OSError.
        """
        self._deadline = deadline
        self.received_bytes = 0
        self.sock.settimeout(self._count_remaining_seconds())
        self.sock.sendall(request)
        return _ResponseReader(self, _create_parser(method)).read(max_bytes)

    def receive(self) -> bytes:
        """Return what comes next, b"" for the end of the connection. Raise TimeoutError, OSError."""
        # set before each read, from what is left of the whole: a server that drips gains nothing
        self.sock.settimeout(self._count_remaining_seconds())
        data = self.sock.recv(CHUNK_SIZE)
        self.received_bytes += len(data)
        return data

    def receive_available(self) -> bytes:
        """Return what has come already, without waiting; b"" for nothing."""
        self.sock.setblocking(False)
        try:
            return self.sock.recv(CHUNK_SIZE)
        except (BlockingIOError, ssl.SSLWantReadError):
            return b""

    @property
    def is_reusable(self) -> bool:
        """Whether nothing is there to be read, not even an end: the next answer will be to the next request."""
        if sys.platform == "win32":
            readable, _, _ = select.select([self.sock], [], [], 0)
            return not readable
        # select() takes no descriptor above 1023, and the selectors module takes 25 microseconds, this one 2
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def _count_remaining_seconds(self) -> float:
        seconds = self._deadline - time.monotonic()
        # a timeout of 0 would make the socket non-blocking, a negative one is a ValueError
        if seconds <= 0:
            raise TimeoutError
        return seconds


# The offer to upgrade lets h11 read "101 Switching Protocols": an answer to be judged, and not one of broken framing.
STAND_IN_HEADERS: Final = [("Host", "stand-in"), ("Connection", "Upgrade"), ("Upgrade", "stand-in")]
STAND_IN_GET: Final = h11.Request(method="GET", target="/", headers=STAND_IN_HEADERS)
STAND_IN_HEAD: Final = h11.Request(method="HEAD", target="/", headers=STAND_IN_HEADERS)
END_OF_REQUEST: Final = h11.EndOfMessage()


def _create_parser(method: str) -> h11.Connection:
    """Return a parser that waits for the answer to a request of that method.

    h11 reads an answer only after it has written a request. What it writes here goes nowhere, as it would refuse some
    of our requests. All that the framing of an answer depends on is HEAD, whose answers have no body.
    """
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
    parser.send(STAND_IN_HEAD if method == "HEAD" else STAND_IN_GET)
    parser.send(END_OF_REQUEST)
    return parser


@dataclass(eq=False)
class _ResponseReader:
    """Reads one answer. Each answer has a reader and a parser of its own: none sees the bytes of another."""

    connection: Connection
    parser: h11.Connection
    first_bytes: bytes = b""
    is_reading_head: bool = True
    is_ended: bool = False
    expected_length: int | None = None
    body: bytearray = field(default_factory=bytearray)

    def read(self, max_bytes: int) -> tuple[Response, bool]:
        head = self._read_head()
        if head.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            return _build_response(head, b""), False
        self._read_body(max_bytes)
        # what is longer than its Content-Length says would be taken for the beginning of the next answer
        surplus = self.parser.trailing_data[0] or self.connection.receive_available()
        if surplus:
            raise CouldNotCheck(f"the answer has at least {len(surplus):,} bytes more than it says")
        can_be_kept = self.parser.their_state is h11.DONE
        return _build_response(head, bytes(self.body)), can_be_kept

    def _read_head(self) -> ResponseHead:
        """Return the head that counts, behind those that only say that it is on its way, such as "103 Early Hints"."""
        while True:
            event = self._read_event()
            if isinstance(event, h11.InformationalResponse) and event.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
                continue
            if isinstance(event, h11.Response | h11.InformationalResponse):
                self.is_reading_head = False
                self.expected_length = _read_expected_length(event)
                return event

    def _read_body(self, max_bytes: int) -> None:
        event = self._read_event()
        while not isinstance(event, h11.EndOfMessage):
            if isinstance(event, h11.Data):
                self.body += event.data
            if len(self.body) > max_bytes:
                raise CouldNotCheck(f"the answer has more than {max_bytes:,} bytes")
            event = self._read_event()

    def _read_event(self) -> h11.Event:
        """Return the next event, and receive as much as that takes."""
        while True:
            try:
                event = self.parser.next_event()
            except h11.RemoteProtocolError as error:
                raise self._explain_error(error) from error
            # h11 says so with classes, among them PAUSED, which comes only after the end of an answer
            if not isinstance(event, type):
                return event
            self.parser.receive_data(self._receive())

    def _receive(self) -> bytes:
        data = self.connection.receive()
        if not data:
            self.is_ended = True
            if not self.connection.received_bytes:
                raise ServerClosedConnection
        if self.is_reading_head:
            self._check_head_bytes(data)
        return data

    def _check_head_bytes(self, data: bytes) -> None:
        """Raise NotHttp for the beginning of something else, CouldNotCheck for heads without end.

        h11 looks at a head when all of it is there: for "220 mail.example ESMTP" it would wait until the deadline.
        """
        if len(self.first_bytes) < len(VERSION_PREFIX):
            self.first_bytes = (self.first_bytes + data)[: len(VERSION_PREFIX)]
            if not VERSION_PREFIX.startswith(self.first_bytes):
                raise NotHttp
        if self.connection.received_bytes > MAX_HEADS_BYTES:
            raise CouldNotCheck(f"the head of the answer has more than {MAX_HEADS_BYTES:,} bytes")

    def _explain_error(self, error: h11.RemoteProtocolError) -> Exception:
        """Return what is wrong with the answer in our words; h11's may quote the answer, and what is secret in it."""
        if self.is_ended:
            return CouldNotCheck(f"the answer ended {self._describe_end()}")
        if not self.is_reading_head:
            return CouldNotCheck("the answer has a body whose chunks are malformed")
        if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            return CouldNotCheck("the answer has a head that is too long")
        # h11 has one class for all errors; its texts are the only way to tell these two from the rest
        if "illegal status line" in str(error):
            return NotHttp()
        if "Content-Length" in str(error):
            return CouldNotCheck("the answer has a Content-Length that is no number, or more than one")
        return CouldNotCheck("the answer has a head that cannot be read")

    def _describe_end(self) -> str:
        if self.is_reading_head:
            return "in the middle of its head"
        if self.expected_length is None:
            return "in the middle of its chunks"
        return f"{self.expected_length - len(self.body):,} bytes early"


def _read_expected_length(head: ResponseHead) -> int | None:
    """Return the Content-Length, None where chunks or the end of the connection say how long the body is."""
    headers = dict(head.headers)
    if b"transfer-encoding" in headers or b"content-length" not in headers:
        return None
    return int(headers[b"content-length"])


def _build_response(head: ResponseHead, body: bytes) -> Response:
    headers = tuple(head.headers)
    media_types = [value for name, value in headers if name == b"content-type"]
    media_type = b", ".join(media_types).decode("latin-1")
    return Response(status=head.status_code, body=body, media_type=media_type, headers=headers)
