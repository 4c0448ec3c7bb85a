"""A server that is no API: it is slow for ever, has no end, or sends its client elsewhere. Clients must survive it."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Final
from urllib.parse import unquote

from lookalike_contracts.certification.case import MAX_ENDLESS_MEBIBYTES, RecordedExchange, WireRecord
from lookalike_specs.messages import JSON_MEDIA_TYPE, Request, Response

# a byte so often: no pause between two of them is longer than what a client allows for one read
BYTE_INTERVAL: Final = 0.1
# what a client may take of an endless body; a page of these APIs has a hundredth of it
MAX_ENDLESS_BYTES: Final = MAX_ENDLESS_MEBIBYTES * 1024 * 1024
PIECE: Final = b" " * 65_536
# of a request; more is not kept
MAX_HEAD_BYTES: Final = 64 * 1024
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
# seconds that a request may take to arrive
REQUEST_TIMEOUT: Final = 5.0
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED_HEAD: Final = HEAD + b"transfer-encoding: chunked\r\n\r\n"
NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
REDIRECT_STATUS: Final = 307


@dataclass(slots=True)
class WireLog:
    """What the server saw: the requests with the status of each answer, those at the other host, and bytes of the body."""

    exchanges: list[RecordedExchange] = field(default_factory=list)
    foreign_requests: list[bytes] = field(default_factory=list)
    body_bytes: int = 0


@dataclass(frozen=True, slots=True)
class WireExchange:
    """A request that has come, and what an answer to it needs; `foreign_port` is where the other host listens."""

    writer: StreamWriter
    log: WireLog
    foreign_port: int


async def _send_slow_head(exchange: WireExchange) -> None:
    exchange.writer.write(HEAD + b"x-slow: ")
    await _drip(exchange.writer, b"a")


async def _send_slow_body(exchange: WireExchange) -> None:
    exchange.writer.write(CHUNKED_HEAD)
    # JSON may begin with as many blanks as it likes
    await _drip(exchange.writer, b"1\r\n \r\n")


async def _drip(writer: StreamWriter, piece: bytes) -> None:
    """Send a piece now and then, until the client goes or the case ends."""
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(BYTE_INTERVAL)


async def _send_endless_body(exchange: WireExchange) -> None:
    exchange.writer.write(CHUNKED_HEAD)
    chunk = f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"
    while exchange.log.body_bytes < MAX_ENDLESS_BYTES:
        exchange.writer.write(chunk)
        await exchange.writer.drain()
        exchange.log.body_bytes += len(PIECE)


async def _redirect(exchange: WireExchange) -> None:
    # another name and another port; the path has nothing of the request, so what comes there the client has sent itself
    location = f"http://localhost:{exchange.foreign_port}/elsewhere"
    head = f"HTTP/1.1 {REDIRECT_STATUS} Temporary Redirect\r\nlocation: {location}\r\ncontent-length: 0\r\n"
    exchange.writer.write(head.encode() + b"connection: close\r\n\r\n")
    await exchange.writer.drain()


WireAnswer = Callable[[WireExchange], Awaitable[None]]
# the script of a case -> the status of the answer, and how it is sent
WIRE_ANSWERS: Final[Mapping[str, tuple[int, WireAnswer]]] = {
    "wire:slow-head": (200, _send_slow_head),
    "wire:slow-body": (200, _send_slow_body),
    "wire:endless-body": (200, _send_endless_body),
    "wire:redirect": (REDIRECT_STATUS, _redirect),
}


class WireServer:
    """A server on a free port of loopback, and another host beside it, for as long as a block lasts."""

    def __init__(self, script: str, clock: Callable[[], float]) -> None:
        self._script = script
        self._clock = clock
        self._log = WireLog()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[StreamWriter] = set()
        self._servers: list[asyncio.Server] = []
        self.url = ""

    @property
    def record(self) -> WireRecord:
        """Return what was seen."""
        log = self._log
        is_endless = log.body_bytes >= MAX_ENDLESS_BYTES
        return WireRecord(tuple(log.exchanges), tuple(log.foreign_requests), is_endless)

    async def __aenter__(self) -> WireServer:
        foreign = await asyncio.start_server(partial(self._serve, self._record_foreign), "127.0.0.1", 0)
        self._foreign_port = foreign.sockets[0].getsockname()[1]
        server = await asyncio.start_server(partial(self._serve, self._answer), "127.0.0.1", 0)
        self._servers = [foreign, server]
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            _stop_accepting(server)
        # What was accepted becomes a connection in the loop's next turns. Of a server that is closed before, asyncio
        # would leave the socket open.
        await _wait_turns()
        for server in self._servers:
            server.close()
        # A task that is cancelled before its first line never comes to its `finally`.
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _wait_turns()

    def _serve(
        self,
        handle: Callable[[bytes, bytes, StreamWriter], Awaitable[None]],
        reader: StreamReader,
        writer: StreamWriter,
    ) -> None:
        """Begin to answer a connection; the task is kept, as one that is slow for ever has to be ended with the block."""
        self._writers.add(writer)
        task = asyncio.ensure_future(self._handle_connection(handle, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle_connection(
        self,
        handle: Callable[[bytes, bytes, StreamWriter], Awaitable[None]],
        reader: StreamReader,
        writer: StreamWriter,
    ) -> None:
        try:
            # the client goes when it has had enough: that is what it is to do
            with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                head, body = await _read_request(reader)
                await handle(head, body, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            # not `close`, which would wait for a client that reads no more
            writer.transport.abort()
            self._writers.discard(writer)

    async def _answer(self, head: bytes, body: bytes, writer: StreamWriter) -> None:
        status, answer = WIRE_ANSWERS[self._script]
        response = Response(status=status, body=b"", media_type=JSON_MEDIA_TYPE)
        exchange = RecordedExchange(parse_head(head, body), response, self._clock(), self._script)
        self._log.exchanges.append(exchange)
        await answer(WireExchange(writer, self._log, self._foreign_port))

    async def _record_foreign(self, head: bytes, body: bytes, writer: StreamWriter) -> None:
        self._log.foreign_requests.append(head + body)
        writer.write(NOT_FOUND)
        await writer.drain()


def _stop_accepting(server: asyncio.Server) -> None:
    for sock in server.sockets:
        # Windows' loop has no readers
        with suppress(NotImplementedError):
            asyncio.get_running_loop().remove_reader(sock.fileno())


async def _wait_turns() -> None:
    """Let the loop do what it has begun: a connection is accepted, or a socket closed, in up to three turns."""
    for _ in range(3):
        await asyncio.sleep(0)


async def _read_request(reader: StreamReader) -> tuple[bytes, bytes]:
    """Return the head and the body of a request. Raise TimeoutError, LimitOverrunError, IncompleteReadError."""
    async with asyncio.timeout(REQUEST_TIMEOUT):
        head = await reader.readuntil(b"\r\n\r\n")
        length = dict(parse_head(head, b"").headers).get(b"content-length", b"0")
        body = b""
        if length.isdigit():
            body = await reader.readexactly(min(int(length), MAX_BODY_BYTES))
        return head, body


def parse_head(head: bytes, body: bytes) -> Request:
    """Return a request as the judge knows it; what is no HTTP has an empty path."""
    first, *lines = head[:MAX_HEAD_BYTES].split(b"\r\n")
    method, _, rest = first.decode("latin-1").partition(" ")
    path, _, query = rest.rpartition(" ")[0].partition("?")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name.strip().lower(), value.strip()))
    return Request(method=method, path=unquote(path), query=query.encode("latin-1"), headers=tuple(headers), body=body)
