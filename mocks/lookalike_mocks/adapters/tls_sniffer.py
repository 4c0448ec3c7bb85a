"""Where a client waits until its first byte tells TLS from plain HTTP: one port for both."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from .certificates import TlsContexts

# the first byte of a TLS record that holds a handshake; no HTTP method begins so
TLS_HANDSHAKE = b"\x16"
# how many are let in before others on the loop have their turn
MAX_ACCEPTS = 100
logger = logging.getLogger("lookalike")


class TlsSniffer:
    """Accepts on bound sockets; lets a client in by its first byte, if it comes within `seconds`.

    At most `crowd` clients are between accepted and let in, handshakes among them; the one that waits longest has to
    go for a new one. Lives on the loop that opened it.
    """

    max_waiting = 512
    retry_seconds = 1.0

    def __init__(self, connection: Callable[[], asyncio.Protocol], tls: TlsContexts, seconds: float) -> None:
        self._connection = connection
        self._tls = tls
        self._seconds = seconds
        self._waiting: dict[asyncio.Task[None], None] = {}
        # those that no transport has taken over
        self._outside: set[socket.socket] = set()
        self._socks: dict[socket.socket, asyncio.TimerHandle | None] = {}

    def open(self, sock: socket.socket, backlog: int) -> None:
        """Start to accept."""
        sock.setblocking(False)
        sock.listen(backlog)
        self._resume(sock)

    async def close(self) -> None:
        """Stop to accept, and send away who waits."""
        for sock, retry in self._socks.items():
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()
            if retry is not None:
                retry.cancel()
        waiting = list(self._waiting)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _resume(self, sock: socket.socket) -> None:
        self._socks[sock] = None
        asyncio.get_running_loop().add_reader(sock, self._accept, sock)

    def _accept(self, sock: socket.socket) -> None:
        for _ in range(MAX_ACCEPTS):
            try:
                client, _address = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as refused:
                self._pause_accepting(sock, refused)
                return
            client.setblocking(False)
            self._admit(client)

    def _pause_accepting(self, sock: socket.socket, refused: OSError) -> None:
        """There are too many open files: the system would offer the same client again and again, without a pause."""
        logger.warning("cannot accept a client: %s", refused.strerror)
        loop = asyncio.get_running_loop()
        loop.remove_reader(sock)
        self._socks[sock] = loop.call_later(self.retry_seconds, self._resume, sock)

    def _admit(self, client: socket.socket) -> None:
        if len(self._waiting) >= self.max_waiting:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            longest.cancel()
        self._outside.add(client)
        task = asyncio.get_running_loop().create_task(self._connect(client))
        self._waiting[task] = None
        task.add_done_callback(partial(self._on_connected, client))

    async def _connect(self, client: socket.socket) -> None:
        """Raises OSError, which is the client's affair: it came too late, left, or speaks neither."""
        loop = asyncio.get_running_loop()
        seconds = self._seconds
        async with asyncio.timeout(seconds):
            first = await _peek_first_byte(client)
            self._outside.remove(client)
            if first != TLS_HANDSHAKE:
                await loop.connect_accepted_socket(self._connection, client)
                return
            await loop.connect_accepted_socket(
                self._connection,
                client,
                ssl=self._tls.select_context(),
                ssl_handshake_timeout=seconds,
                ssl_shutdown_timeout=seconds,
            )

    def _on_connected(self, client: socket.socket, task: asyncio.Task[None]) -> None:
        """Here and not in the task, which runs nothing at all when it is cancelled before it began."""
        self._waiting.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, OSError):
            logger.error("a client could not be let in", exc_info=error)
            self._outside.add(client)
        if client in self._outside:
            self._outside.remove(client)
            client.close()


async def _peek_first_byte(client: socket.socket) -> bytes:
    """The first byte that a client sends, left where it is. Raises OSError when it leaves."""
    while True:
        with suppress(BlockingIOError):
            if first := client.recv(1, socket.MSG_PEEK):
                return first
            raise ConnectionAbortedError
        await _wait_readable(client)


async def _wait_readable(client: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(client, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(client)
