"""One request after the other out of a connection's bytes, by httptools' parser.

The parser would read on into the next request, and tell of it while this one is still being answered. So it only ever gets
bytes of one request: a head as soon as it is whole, then pieces of the body that do not go beyond the body's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import httptools
import msgspec

from lookalike_specs.messages import Request

from .limits import Limits

HEAD_END: Final = b"\r\n\r\n"
# what is given to the parser at a time; a longer body takes more than one piece
MAX_PIECE_BYTES: Final = 64 * 1024
# each byte of a body may cost that many bytes of framing: a chunk of one byte is `1\r\nx\r\n`
FRAMING_FACTOR: Final = 8
# what an HTTP/1 request can begin with: a method, then a blank; a TLS handshake cannot
REQUEST_START: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]*(?: |$)")
MAX_METHOD_BYTES: Final = 64
NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
AUTHORITY_END: Final = re.compile(rb"[/?#]")
OLD_VERSION: Final = b"HTTP/1.0"
BAD_REQUEST: Final = b"400 Bad Request"
HEAD_TOO_LARGE: Final = b"431 Request Header Fields Too Large"
NO_TUNNEL: Final = b"501 Not Implemented"
NO_TUNNEL_ADVICE: Final = (
    b"This is no proxy for https. Use its address as the base URL, or let the vendor's host name lead to its TLS port,"
    b" as with curl's --connect-to.\n"
)


@dataclass(eq=False)
class UnreadableRequest(Exception):
    """Bytes that are no request, one beyond the limits, or one for a proxy.

    `status` is what the client gets, such as `400 Bad Request`, and `advice` the text of the response.
    """

    status: bytes
    advice: bytes = b""


class IncomingRequest(msgspec.Struct, eq=False):
    """All that is known of the request that is coming in.

    `remaining` are the bytes of the body that are still to come, None where chunks tell; `body_size` are those that came,
    of which `body_limit` are kept. `framing_size` counts what is neither head nor body. `is_upgrade` says that the parser
    takes the body for another protocol, see `_reframe_body`. Times are in seconds, on the loop's clock.
    """

    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = msgspec.field(default_factory=list)
    method: str = ""
    path: str = ""
    query: bytes = b""
    version: str = "1.1"
    expects_continue: bool = False
    remaining: int | None = 0
    body: bytearray = msgspec.field(default_factory=bytearray)
    body_size: int = 0
    body_limit: int = 0
    body_seconds: float = 0.0
    framing_size: int = 0
    began_at: float = 0.0
    is_upgrade: bool = False
    is_complete: bool = False
    keeps_alive: bool = False

    @property
    def has_body(self) -> bool:
        """Return whether a body is announced that has not come yet."""
        return self.remaining != 0

    def build_request(self, scheme: str, broken_rule: str) -> Request:
        """Return the request as far as it came, and give its body away; `broken_rule` is what is wrong with that."""
        body = b""
        if self.body_size:
            body = bytes(self.body)
            self.body.clear()
            if self.body_size > self.body_limit:
                broken_rule = broken_rule or "body-too-large"
        headers = tuple(self.headers)
        # this stays until the next request comes, and a head of 64 KB may take a megabyte
        self.headers.clear()
        return Request(
            method=self.method,
            path=self.path,
            query=self.query,
            headers=headers,
            body=body,
            scheme=scheme,
            broken_rule=broken_rule,
        )

    def compute_seconds_left(self, limits: Limits, active_at: float, now: float) -> float:
        """Return how long the rest of the body may still take, where the last piece of it came at `active_at`."""
        seconds = now - self.began_at
        if seconds > limits.body_pause_seconds and self.body_size < limits.body_bytes_per_second * seconds:
            return 0.0
        until_pause = active_at + limits.body_pause_seconds - now
        return min(until_pause, self.body_seconds - seconds)


class RequestReader:
    """Reads requests; `request` is the one that is coming in. The methods raise UnreadableRequest."""

    def __init__(self, limits: Limits) -> None:
        self.request = IncomingRequest()
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        # of the bytes that wait, what was searched for the end of a head already
        self._searched_size = 0
        self._is_in_head = False

    def close(self) -> None:
        """Forget the last request, and the parser.

        The parser holds this reader, and this the parser: a circle that only the garbage collector would find, with all
        that the request brought.
        """
        del self._parser
        self.request = IncomingRequest()

    def read_head(self, unread: bytearray, now: float) -> bool:
        """Take a whole head out of `unread`, and begin a request with it. Return False where there is none yet."""
        # an empty line before a request is passed over, as RFC 9112 2.2 wants it
        while unread.startswith(b"\r\n"):
            del unread[:2]
        end = unread.find(HEAD_END, self._searched_size)
        if end < 0:
            self._check_partial_head(unread)
            self._searched_size = max(0, len(unread) - len(HEAD_END) + 1)
            return False
        size = end + len(HEAD_END)
        head = bytes(unread[:size])
        del unread[:size]
        self._searched_size = 0
        self.parse_head(head, now)
        return True

    def parse_head(self, head: bytes, now: float) -> None:
        """Begin a request with its whole head, which began to come at `now`."""
        if len(head) > self._limits.head_bytes:
            raise UnreadableRequest(HEAD_TOO_LARGE)
        # counted before they are parsed, which is what takes the time; the request line and the empty one are none
        if head.count(b"\n") - 2 > self._limits.headers:
            raise UnreadableRequest(HEAD_TOO_LARGE)
        self.request = IncomingRequest(began_at=now)
        if not head.isascii():
            head = _encode_target(head)
        # asked of the parser, the version of every request would be put together as a text
        if head.startswith(OLD_VERSION, head.index(b"\r\n") - len(OLD_VERSION)):
            self.request.version = "1.0"
        self._is_in_head = True
        self._parse(head)
        if self._is_in_head:
            # the parser stops at `PRI * HTTP/2.0`, with which a client of HTTP/2 begins, and reports neither head nor error
            raise UnreadableRequest(BAD_REQUEST)

    def read_body(self, unread: bytearray) -> None:
        """Take a piece of the body out of `unread` that does not go beyond the body's end."""
        request = self.request
        size = min(len(unread), MAX_PIECE_BYTES)
        if request.remaining is not None:
            size = min(size, request.remaining)
            request.remaining -= size
        else:
            # whatever is chunked ends in an empty line, with trailers or without; there may be more such lines within
            end = unread.find(HEAD_END, 0, size)
            if end >= 0:
                size = end + len(HEAD_END)
            request.framing_size += size
        if size == 0:
            # the parser wants more than the head has announced: whoever reads on would do so for ever
            raise UnreadableRequest(BAD_REQUEST)
        piece = bytes(unread[:size])
        del unread[:size]
        self._parse(piece)
        if request.framing_size > self._limits.framing_bytes + FRAMING_FACTOR * request.body_size:
            raise UnreadableRequest(HEAD_TOO_LARGE)

    def _check_partial_head(self, unread: bytearray) -> None:
        """Raise UnreadableRequest where what has come of a head is too long, or cannot be one."""
        if len(unread) > self._limits.head_bytes:
            raise UnreadableRequest(HEAD_TOO_LARGE)
        if not REQUEST_START.match(unread, 0, MAX_METHOD_BYTES):
            raise UnreadableRequest(BAD_REQUEST)

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            self._parser = httptools.HttpRequestParser(self)
            if self.request.is_upgrade:
                self._reframe_body()
        except httptools.HttpParserError as error:
            if self.request.method == "CONNECT":
                # `curl -x` with an https address: a request that is well formed, but for a proxy
                raise UnreadableRequest(NO_TUNNEL, NO_TUNNEL_ADVICE) from error
            raise UnreadableRequest(BAD_REQUEST) from error

    def _reframe_body(self) -> None:
        """Let a second parser read the body of a request that asks for another protocol.

        A client may offer `Upgrade: h2c` with every request, as the JDK's does. We do not take it, and then it changes
        nothing (RFC 9110 7.8). But httptools takes what follows the head for the other protocol. So a new parser is given
        the framing alone, and then the body.
        """
        self.request.is_upgrade = False
        framing = b"transfer-encoding: chunked"
        if self.request.remaining is not None:
            framing = b"content-length: %d" % self.request.remaining
        self._parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing)

    # httptools calls these, from within `feed_data`

    def on_url(self, url: bytes) -> None:
        """Keep the target; a head is parsed in one piece, so this is all of it."""
        if self._is_in_head:
            self.request.target = url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; one that comes behind a body is a trailer, and counts for nothing."""
        if self._is_in_head:
            # blanks about a value are no part of it (RFC 9110 5.5), so they go here, once
            self.request.headers.append((name.lower(), value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """Make out what is asked, and how its body is framed. Raise ValueError for a target that is none."""
        if not self._is_in_head:
            return
        self._is_in_head = False
        request = self.request
        parser = self._parser
        request.method = parser.get_method().decode("ascii")
        request.keeps_alive = parser.should_keep_alive()
        request.path, request.query, authority = _split_target(request.target)
        if authority:
            # the target says whom it means, and then `Host` counts for nothing (RFC 9112 3.2.2)
            request.headers = [(name, value) for name, value in request.headers if name != b"host"]
            request.headers.insert(0, (b"host", authority))
        host_count = 0
        for name, value in request.headers:
            if name == b"host":
                host_count += 1
            elif name == b"content-length":
                request.remaining = int(value)
            elif name == b"transfer-encoding":
                request.remaining = None
            elif name == b"expect":
                request.expects_continue = value.lower() == b"100-continue"
        if host_count > 1:
            # one of two would count here and the other one elsewhere (RFC 9112 3.2)
            raise ValueError("two Host headers")
        request.is_upgrade = request.has_body and parser.should_upgrade()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, as far as it is within the operation's limit; count it in any case."""
        request = self.request
        request.body_size += len(body)
        request.framing_size -= len(body)
        # one byte more than the limit is kept, so that whoever reads the body sees that it is too long
        room = request.body_limit + 1 - len(request.body)
        if room > 0:
            request.body += body[:room]

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self.request.is_complete = not self.request.is_upgrade


def is_one_head(data: bytes) -> bool:
    """Return whether these bytes are one whole head, and nothing else."""
    return data.endswith(HEAD_END) and data.find(HEAD_END) == len(data) - len(HEAD_END)


def _encode_target(head: bytes) -> bytes:
    """Return a head whose request line is percent-encoded where it is not ASCII; nginx takes such a line as well."""
    line, end, rest = head.partition(b"\r\n")
    encoded = NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line)
    return encoded + end + rest


def _split_target(target: bytes) -> tuple[str, bytes, bytes]:
    """Return the decoded path, the raw query and the authority of a request target, such as `api.tmapi.top:80`.

    The authority is b"" where the target has none, as nearly all. Raise ValueError for a target that is none.
    """
    authority = b""
    if target.startswith(b"/") and not target.startswith(b"//") and b"#" not in target:
        raw_path, _, query = target.partition(b"?")
    else:
        # such as `http://host/path?query`, which a client of a proxy sends, or `//host/path`
        parsed = httptools.parse_url(target)
        raw_path = parsed.path or b"/"
        query = parsed.query or b""
        if not target.startswith(b"/"):
            rest = target.partition(b"://")[2]
            # `user:password@` before the host is not for us
            authority = AUTHORITY_END.split(rest, maxsplit=1)[0].rpartition(b"@")[2]
    path = raw_path.decode("ascii")
    if "%" in path:
        path = unquote(path)
    return path, query, authority
