"""What an httpx client meets where an answer has a fault: how long it waits, what is raised, which bytes come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio
import httpx

from lookalike_specs.wire import Fault, Reply

from .pieces import halves, pieces

# where a response holds the Pause before it
EXTENSION: Final = "lookalike"


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds, and then the error if there is one."""

    seconds: float = 0.0
    error: httpx.TransportError | None = None

    def take(self) -> None:
        """Wait. Raises the error."""
        if self.seconds:
            time.sleep(self.seconds)
        if self.error is not None:
            raise self.error

    async def atake(self) -> None:
        """Wait, and let others go on. Raises the error."""
        if self.seconds:
            await anyio.sleep(self.seconds)
        if self.error is not None:
            raise self.error


NONE: Final = Pause()


class Steps(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, with a pause before each."""

    def __init__(self, *steps: tuple[Pause, bytes]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[bytes]:
        for pause, piece in self._steps:
            pause.take()
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause, piece in self._steps:
            await pause.atake()
            yield piece


@dataclass(frozen=True, slots=True)
class Mishap:
    """The pause before the answer, the answer's body, and the header that frames it."""

    steps: Steps
    framing: tuple[bytes, bytes]
    before: Pause = NONE


def met(reply: Reply, fault: Fault, request: httpx.Request) -> httpx.Response:
    """The response to that request; `enter` it, or `aenter` it, before anybody sees it."""
    mishap = MISHAPS[fault.kind](reply.body, request, fault.seconds)
    headers = [(b"content-type", reply.media_type.encode()), mishap.framing, *reply.headers]
    return httpx.Response(reply.status, headers=headers, stream=mishap.steps, extensions={EXTENSION: mishap.before})


def enter(response: httpx.Response) -> httpx.Response:
    """Wait as long as the answer takes. Raises httpx.TransportError instead of an answer that never comes."""
    before: Pause = response.extensions.pop(EXTENSION, NONE)
    before.take()
    return response


async def aenter(response: httpx.Response) -> httpx.Response:
    """As `enter`, and let others go on meanwhile."""
    before: Pause = response.extensions.pop(EXTENSION, NONE)
    await before.atake()
    return response


def _pause(seconds: float, request: httpx.Request) -> Pause:
    """That long, or until the client's patience ends."""
    timeouts: Mapping[str, Any] = request.extensions.get("timeout", {})
    limit: float | None = timeouts.get("read")
    if limit is None or seconds <= limit:
        return Pause(seconds)
    return Pause(limit, httpx.ReadTimeout("timed out", request=request))


def _size(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(body)


def _late(body: bytes, request: httpx.Request, seconds: float) -> Mishap:
    return Mishap(Steps((NONE, body)), _size(body), _pause(seconds, request))


def _slow(body: bytes, request: httpx.Request, seconds: float) -> Mishap:
    parts = pieces(body)
    return Mishap(Steps(*((_pause(seconds / len(parts), request), part) for part in parts)), _size(body))


def _reset(request: httpx.Request) -> httpx.ReadError:
    return httpx.ReadError("[Errno 104] Connection reset by peer", request=request)


def _reset_before(body: bytes, request: httpx.Request, _: float) -> Mishap:
    return Mishap(Steps(), _size(body), Pause(error=_reset(request)))


def _reset_inside(body: bytes, request: httpx.Request, _: float) -> Mishap:
    return Mishap(_broken(body, _reset(request)), _size(body))


def _truncated(body: bytes, request: httpx.Request, _: float) -> Mishap:
    found = f"received {len(halves(body)[0])} bytes, expected {len(body)}"
    told = f"peer closed connection without sending complete message body ({found})"
    return Mishap(_broken(body, httpx.RemoteProtocolError(told, request=request)), _size(body))


def _too_long(body: bytes, _: httpx.Request, __: float) -> Mishap:
    first = halves(body)[0]
    return Mishap(Steps((NONE, first)), _size(first))


def _malformed_chunk(body: bytes, request: httpx.Request, _: float) -> Mishap:
    error = httpx.RemoteProtocolError("illegal chunk header", request=request)
    return Mishap(_broken(body, error), (b"transfer-encoding", b"chunked"))


def _wrong_certificate(body: bytes, request: httpx.Request, _: float) -> Mishap:
    told = f"certificate verify failed: Hostname mismatch, certificate is not valid for '{request.url.host}'."
    return Mishap(Steps(), _size(body), Pause(error=httpx.ConnectError(told, request=request)))


def _broken(body: bytes, error: httpx.TransportError) -> Steps:
    return Steps((NONE, halves(body)[0]), (Pause(error=error), b""))


MISHAPS: Final[Mapping[str, Callable[[bytes, httpx.Request, float], Mishap]]] = {
    "latency": _late,
    "slow-body": _slow,
    "reset-before": _reset_before,
    "reset-inside": _reset_inside,
    "truncated-body": _truncated,
    "wrong-content-length": _too_long,
    "malformed-chunk": _malformed_chunk,
    "wrong-certificate": _wrong_certificate,
}
