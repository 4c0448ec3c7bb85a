"""What an httpx client meets where a response has a fault: how long it waits, what is raised, which bytes come.

There is no connection in the process that could be reset, so a fault is a delay and an error at the place where httpx
would meet it: before the response (`HttpxFault.delay`) or between the pieces of its body (`DelayedStream`). The errors
are those that httpx raises over a real connection.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio
import httpx

from lookalike_specs.messages import Fault, Response

from ..faults import split_halves, split_pieces

# where a response holds the delay before it, until it is delivered
DELAY_EXTENSION: Final = "lookalike"


@dataclass(frozen=True, slots=True)
class HttpxDelay:
    """So many seconds, and then the error if there is one."""

    seconds: float = 0.0
    error: httpx.TransportError | None = None

    def elapse(self) -> None:
        """Wait. Raise the error."""
        if self.seconds:
            time.sleep(self.seconds)
        if self.error is not None:
            raise self.error

    async def aelapse(self) -> None:
        """Wait, and let others go on meanwhile. Raise the error."""
        if self.seconds:
            # anyio's sleep, as httpx clients run on trio too
            await anyio.sleep(self.seconds)
        if self.error is not None:
            raise self.error


NO_DELAY: Final = HttpxDelay()


class DelayedStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, with a delay before each."""

    def __init__(self, *steps: tuple[HttpxDelay, bytes]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[bytes]:
        for delay, piece in self._steps:
            delay.elapse()
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for delay, piece in self._steps:
            await delay.aelapse()
            yield piece


@dataclass(frozen=True, slots=True)
class HttpxFault:
    """The delay before the response, the response's body, and the header that frames it."""

    stream: DelayedStream
    framing_header: tuple[bytes, bytes]
    delay: HttpxDelay = NO_DELAY


def to_httpx(response: Response, fault: Fault, request: httpx.Request) -> httpx.Response:
    """Return the response to that request with its fault; `deliver` or `adeliver` it before its client sees it."""
    httpx_fault = HTTPX_FAULTS[fault.kind](response.body, request, fault.seconds)
    headers = [httpx_fault.framing_header, *response.headers]
    # a response without a body has no media type
    if response.media_type:
        headers.insert(0, (b"content-type", response.media_type.encode()))
    extensions = {DELAY_EXTENSION: httpx_fault.delay}
    return httpx.Response(response.status, headers=headers, stream=httpx_fault.stream, extensions=extensions)


def deliver(response: httpx.Response) -> httpx.Response:
    """Wait as long as the response takes. Raise httpx.TransportError instead of a response that never comes."""
    delay: HttpxDelay = response.extensions.pop(DELAY_EXTENSION, NO_DELAY)
    delay.elapse()
    return response


async def adeliver(response: httpx.Response) -> httpx.Response:
    """Wait as `deliver` does, and let others go on meanwhile. Raise httpx.TransportError."""
    delay: HttpxDelay = response.extensions.pop(DELAY_EXTENSION, NO_DELAY)
    await delay.aelapse()
    return response


def _limit_delay(seconds: float, request: httpx.Request) -> HttpxDelay:
    """Return a delay of so many seconds, or one that ends in the client's own timeout if that is shorter."""
    timeouts: Mapping[str, Any] = request.extensions.get("timeout", {})
    limit: float | None = timeouts.get("read")
    if limit is None or seconds <= limit:
        return HttpxDelay(seconds)
    return HttpxDelay(limit, httpx.ReadTimeout("timed out", request=request))


def _build_content_length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(body)


def _build_latency(body: bytes, request: httpx.Request, seconds: float) -> HttpxFault:
    stream = DelayedStream((NO_DELAY, body))
    return HttpxFault(stream, _build_content_length(body), _limit_delay(seconds, request))


def _build_slow_body(body: bytes, request: httpx.Request, seconds: float) -> HttpxFault:
    pieces = split_pieces(body)
    # a read timeout counts from piece to piece, not from the first to the last
    steps = [(_limit_delay(seconds / len(pieces), request), piece) for piece in pieces]
    return HttpxFault(DelayedStream(*steps), _build_content_length(body))


def _build_reset_error(request: httpx.Request) -> httpx.ReadError:
    return httpx.ReadError("[Errno 104] Connection reset by peer", request=request)


def _build_reset_before(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    delay = HttpxDelay(error=_build_reset_error(request))
    return HttpxFault(DelayedStream(), _build_content_length(body), delay)


def _build_reset_inside(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    return HttpxFault(_break_stream(body, _build_reset_error(request)), _build_content_length(body))


def _build_truncated_body(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    received = len(split_halves(body)[0])
    # h11's words
    message = (
        "peer closed connection without sending complete message body "
        f"(received {received} bytes, expected {len(body)})"
    )
    error = httpx.RemoteProtocolError(message, request=request)
    return HttpxFault(_break_stream(body, error), _build_content_length(body))


def _build_wrong_length(body: bytes, _: httpx.Request, __: float) -> HttpxFault:
    # a client reads as much as the header says, and meets the rest, if at all, in its next response
    first = split_halves(body)[0]
    return HttpxFault(DelayedStream((NO_DELAY, first)), _build_content_length(first))


def _build_malformed_chunk(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    error = httpx.RemoteProtocolError("illegal chunk header", request=request)
    return HttpxFault(_break_stream(body, error), (b"transfer-encoding", b"chunked"))


def _build_wrong_certificate(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    message = f"certificate verify failed: Hostname mismatch, certificate is not valid for '{request.url.host}'."
    delay = HttpxDelay(error=httpx.ConnectError(message, request=request))
    return HttpxFault(DelayedStream(), _build_content_length(body), delay)


def _break_stream(body: bytes, error: httpx.TransportError) -> DelayedStream:
    """Return a stream with the first half of the body and then the error."""
    return DelayedStream((NO_DELAY, split_halves(body)[0]), (HttpxDelay(error=error), b""))


HTTPX_FAULTS: Final[Mapping[str, Callable[[bytes, httpx.Request, float], HttpxFault]]] = {
    "latency": _build_latency,
    "slow-body": _build_slow_body,
    "reset-before": _build_reset_before,
    "reset-inside": _build_reset_inside,
    "truncated-body": _build_truncated_body,
    "wrong-content-length": _build_wrong_length,
    "malformed-chunk": _build_malformed_chunk,
    "wrong-certificate": _build_wrong_certificate,
}
