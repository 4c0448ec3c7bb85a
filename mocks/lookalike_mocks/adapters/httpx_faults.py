"""What an httpx client meets where an answer has a fault: how long it waits, what is raised, which bytes come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio
import httpx

from lookalike_specs.messages import Fault, Response

from .asgi_faults import split_halves, split_pieces

# where a response holds the Pause before it
DELAY_EXTENSION: Final = "lookalike"


@dataclass(frozen=True, slots=True)
class HttpxDelay:
    """So many seconds, and then the error if there is one."""

    seconds: float = 0.0
    error: httpx.TransportError | None = None

    def elapse(self) -> None:
        """Wait. Raises the error."""
        if self.seconds:
            time.sleep(self.seconds)
        if self.error is not None:
            raise self.error

    async def aelapse(self) -> None:
        """Wait, and let others go on. Raises the error."""
        if self.seconds:
            await anyio.sleep(self.seconds)
        if self.error is not None:
            raise self.error


NO_DELAY: Final = HttpxDelay()


class DelayedStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, with a pause before each."""

    def __init__(self, *steps: tuple[HttpxDelay, bytes]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[bytes]:
        for pause, piece in self._steps:
            pause.elapse()
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause, piece in self._steps:
            await pause.aelapse()
            yield piece


@dataclass(frozen=True, slots=True)
class HttpxFault:
    """The pause before the answer, the answer's body, and the header that frames it."""

    stream: DelayedStream
    framing_header: tuple[bytes, bytes]
    delay: HttpxDelay = NO_DELAY


def to_httpx(reply: Response, fault: Fault, request: httpx.Request) -> httpx.Response:
    """The response to that request; `enter` it, or `aenter` it, before anybody sees it."""
    mishap = HTTPX_FAULTS[fault.kind](reply.body, request, fault.seconds)
    headers = [(b"content-type", reply.media_type.encode()), mishap.framing_header, *reply.headers]
    return httpx.Response(
        reply.status, headers=headers, stream=mishap.stream, extensions={DELAY_EXTENSION: mishap.delay}
    )


def deliver(response: httpx.Response) -> httpx.Response:
    """Wait as long as the answer takes. Raises httpx.TransportError instead of an answer that never comes."""
    before: HttpxDelay = response.extensions.pop(DELAY_EXTENSION, NO_DELAY)
    before.elapse()
    return response


async def adeliver(response: httpx.Response) -> httpx.Response:
    """As `enter`, and let others go on meanwhile."""
    before: HttpxDelay = response.extensions.pop(DELAY_EXTENSION, NO_DELAY)
    await before.aelapse()
    return response


def _limit_delay(seconds: float, request: httpx.Request) -> HttpxDelay:
    """That long, or until the client's patience ends."""
    timeouts: Mapping[str, Any] = request.extensions.get("timeout", {})
    limit: float | None = timeouts.get("read")
    if limit is None or seconds <= limit:
        return HttpxDelay(seconds)
    return HttpxDelay(limit, httpx.ReadTimeout("timed out", request=request))


def _content_length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(body)


def _build_latency(body: bytes, request: httpx.Request, seconds: float) -> HttpxFault:
    return HttpxFault(DelayedStream((NO_DELAY, body)), _content_length(body), _limit_delay(seconds, request))


def _build_slow_body(body: bytes, request: httpx.Request, seconds: float) -> HttpxFault:
    parts = split_pieces(body)
    return HttpxFault(
        DelayedStream(*((_limit_delay(seconds / len(parts), request), part) for part in parts)), _content_length(body)
    )


def _reset_error(request: httpx.Request) -> httpx.ReadError:
    return httpx.ReadError("[Errno 104] Connection reset by peer", request=request)


def _build_reset_before(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    return HttpxFault(DelayedStream(), _content_length(body), HttpxDelay(error=_reset_error(request)))


def _build_reset_inside(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    return HttpxFault(_break_stream(body, _reset_error(request)), _content_length(body))


def _build_truncated_body(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    found = f"received {len(split_halves(body)[0])} bytes, expected {len(body)}"
    told = f"peer closed connection without sending complete message body ({found})"
    return HttpxFault(_break_stream(body, httpx.RemoteProtocolError(told, request=request)), _content_length(body))


def _build_wrong_length(body: bytes, _: httpx.Request, __: float) -> HttpxFault:
    first = split_halves(body)[0]
    return HttpxFault(DelayedStream((NO_DELAY, first)), _content_length(first))


def _build_malformed_chunk(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    error = httpx.RemoteProtocolError("illegal chunk header", request=request)
    return HttpxFault(_break_stream(body, error), (b"transfer-encoding", b"chunked"))


def _build_wrong_certificate(body: bytes, request: httpx.Request, _: float) -> HttpxFault:
    told = f"certificate verify failed: Hostname mismatch, certificate is not valid for '{request.url.host}'."
    return HttpxFault(
        DelayedStream(), _content_length(body), HttpxDelay(error=httpx.ConnectError(told, request=request))
    )


def _break_stream(body: bytes, error: httpx.TransportError) -> DelayedStream:
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
