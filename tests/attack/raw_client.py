"""A client that knows what it has sent, and holds what comes back to it."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field
from typing import Any
from weakref import ReferenceType

import h11

from lookalike_mocks.adapters.connection import ServerConnection

from .echo_app import BODY_LIMIT
from .fake_transport import FakeTransport

REFUSALS = frozenset((400, 408, 431, 501, 503))
EXTRA_HEADERS = {
    "": (),
    "long": (b"X-Pad: " + b"x" * 900,),
    "upgrade": (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"),
    "expect": (b"Expect: 100-continue",),
}


@dataclass(frozen=True)
class RequestPlan:
    """What a request is to be like. `framing` is how its body is sent: "none", "length" or "chunks"."""

    kind: str = "direct"
    method: str = "GET"
    version: str = "1.1"
    framing: str = "none"
    body_size: int = 0
    chunk_size: int = 100
    extra: str = ""
    seconds: float = 0.0
    pad: int = 0
    ends: bool = False

    def encode(self, serial: int) -> tuple[bytes, bytes]:
        """Return the head and the body with its framing."""
        target = f"/{self.kind}/{serial}?pad={self.pad}&seconds={self.seconds}"
        lines = [f"{self.method} {target} HTTP/{self.version}".encode(), b"Host: a", *EXTRA_HEADERS[self.extra]]
        if self.ends and self.version == "1.1":
            lines.append(b"Connection: close")
        if not self.ends and self.version == "1.0":
            lines.append(b"Connection: keep-alive")
        body = self.build_body(serial)
        if self.framing == "length":
            lines.append(b"Content-Length: %d" % len(body))
        elif self.framing == "chunks":
            lines.append(b"Transfer-Encoding: chunked")
            body = self._encode_chunks(body)
        return b"\r\n".join([*lines, b"", b""]), body

    def build_body(self, serial: int) -> bytes:
        if self.framing == "none":
            return b""
        # what looks like heads and chunks, so that a body that is taken for something else is seen
        text = b"%d\r\n\r\nGET /direct/999 HTTP/1.1\r\n\r\n0\r\n\r\n" % serial
        return (text * (self.body_size // len(text) + 1))[: self.body_size]

    def _encode_chunks(self, body: bytes) -> bytes:
        chunks = []
        for start in range(0, len(body), self.chunk_size):
            piece = body[start : start + self.chunk_size]
            chunks.append(b"%x;note=1\r\n%b\r\n" % (len(piece), piece))
        return b"".join(chunks) + b"0\r\nX-Trailer: 1\r\n\r\n"


@dataclass
class SentRequest:
    """A request that was sent, whole or in part."""

    serial: int
    plan: RequestPlan
    is_complete: bool
    # whether a response has to come whatever the client did later
    is_owed: bool = True


@dataclass
class Client:
    """One connection, seen from outside; `may_end` says why the server may end it, and is empty as long as it may not."""

    transport: FakeTransport
    connection: ReferenceType[ServerConnection]
    is_tls: bool
    # when the client last sent something; and when it last sent or read something
    sent_at: float
    active_at: float
    requests: list[SentRequest] = field(default_factory=list)
    answered: int = 0
    # of a request that has begun, what has not been sent; and when it began
    rest: bytes = b""
    began_at: float = 0.0
    may_end: set[str] = field(default_factory=set)
    refused: int = 0
    # since when it has not read
    stuck_since: float = math.inf
    has_said_end: bool = False
    has_left: bool = False
    parsed_size: int = 0
    parser: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))
    is_parser_fed_end: bool = False
    current: dict[str, str] | None = None
    status: int = 0

    @property
    def can_send(self) -> bool:
        return not self.has_said_end and not self.has_left and not self.transport.is_lost

    @property
    def outstanding(self) -> list[SentRequest]:
        """Return the requests that have no response yet, in their order."""
        return self.requests[self.answered :]

    @property
    def owed(self) -> list[SentRequest]:
        """Return the requests that have to be answered and are not."""
        return [request for request in self.outstanding if request.is_complete and request.is_owed]

    def add_request(self, serial: int, plan: RequestPlan, *, is_complete: bool) -> SentRequest:
        # behind a request that ends the connection, or a body that is too long to be read, none is owed a response
        is_owed = not self.may_end
        request = SentRequest(serial, plan, is_complete, is_owed)
        self.requests.append(request)
        return request

    def excuse(self, reason: str) -> None:
        """Let the server end the connection, and leave what it has not answered."""
        self.may_end.add(reason)
        for request in self.outstanding:
            request.is_owed = False

    def check_responses(self) -> None:
        """Read what came, by h11. Raise AssertionError where it is not what the requests are owed."""
        received = self.transport.received
        if len(received) > self.parsed_size:
            data = bytes(received[self.parsed_size :])
            self.parsed_size = len(received)
            if self.parser.our_state is h11.IDLE:
                self._ask_parser()
            self.parser.receive_data(data)
        if self.transport.is_ended and not self.is_parser_fed_end:
            self.is_parser_fed_end = True
            # a response that is cut off is no error of ours where the client had left or was cut off
            is_cut_by_itself = self.has_left or (self.has_said_end and (self.is_tls or bool(self.rest)))
            if not (is_cut_by_itself or "not read" in self.may_end):
                self.parser.receive_data(b"")
        while self._read_event():
            pass

    def _ask_parser(self) -> None:
        """Tell the parser what was asked, as a response to HEAD has no body."""
        method = "GET"
        if self.outstanding:
            method = self.outstanding[0].plan.method
        self.parser.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
        self.parser.send(h11.EndOfMessage())

    def _read_event(self) -> bool:
        if self.parser.our_state is h11.IDLE:
            return False
        event = self.parser.next_event()
        if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
            return False
        if isinstance(event, h11.Response):
            self.current = {name.decode(): value.decode() for name, value in event.headers}
            self.status = event.status_code
        elif isinstance(event, h11.EndOfMessage):
            self._check_response(self.status, self.current or {})
            self._begin_next_response()
        return True

    def _begin_next_response(self) -> None:
        if self.parser.our_state is not h11.DONE or self.parser.their_state is not h11.DONE:
            # the server has said that this is the last response; more bytes would be an error of h11's
            return
        self.parser.start_next_cycle()
        if self.parser.trailing_data[0]:
            self._ask_parser()

    def _check_response(self, status: int, headers: dict[str, str]) -> None:
        assert not self.refused, f"a response behind a refusal with {self.refused}"
        if "x-serial" not in headers:
            assert status in REFUSALS, f"a response of the server's own with {status}"
            assert self.may_end, f"refused with {status} though nothing was wrong: {describe(self)}"
            self.refused = status
            self.excuse("refused")
            return
        if headers["x-serial"] in ("", "0"):
            # to a flood, or to garbage that is a request after all: those have no serial number
            assert self.may_end & {"flood", "garbage"}, f"a response to nothing that was sent: {headers}"
            return
        assert self.outstanding, f"a response that nobody asked for: {headers}"
        request = self.outstanding[0]
        assert int(headers["x-serial"]) == request.serial, f"{headers} came, {request} was asked"
        assert headers["x-method"] == request.plan.method
        self._check_body(request, headers)
        self.answered += 1

    def _check_body(self, request: SentRequest, headers: dict[str, str]) -> None:
        rule = headers["x-broken-rule"]
        if not request.is_complete:
            assert rule in ("body-timeout", "body-too-large"), f"answered before it had come: {request}"
            assert self.may_end, f"{rule} though nothing was wrong"
            return
        body = request.plan.build_body(request.serial)
        if len(body) > BODY_LIMIT:
            assert rule == "body-too-large"
            return
        assert (rule, int(headers["x-size"])) == ("none", len(body))
        assert int(headers["x-checksum"]) == zlib.crc32(body)


def describe(client: Client) -> dict[str, Any]:
    """Return what a failing test wants to show of a client."""
    return {
        "requests": client.requests,
        "answered": client.answered,
        "may end": client.may_end,
        "received": bytes(client.transport.received[-300:]),
    }
