"""One port for TLS and plain HTTP: a client waits here until its first byte tells which of the two it speaks.

asyncio wants to know before it accepts a connection whether it is TLS. So this accepts the connections itself:

    accepted -> first byte seen -> (TLS handshake) -> handed over to the protocol

A client in the first two states has no transport, so nobody but the sniffer can close its socket or end its waiting. Each
such client has a task of its own, and two tables say what is to be cleaned up: `_waiting` has the tasks, `_unowned` the
sockets that no transport has taken over.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ..threads import find_original, has_greenlets_for_threads
from .certificates import TlsContexts
from .connect_tunnel import open_tunnel
from .interception import Interception

# the first byte of a TLS record that holds a handshake; no HTTP method begins so
TLS_HANDSHAKE = b"\x16"
# how many clients are accepted before others on the loop have their turn
MAX_ACCEPTS = 100
# a client that holds all files open would fill the log, one line a second
WARNING_SECONDS = 60.0
logger = logging.getLogger("lookalike")


class TlsSniffer:
    """Accepts on bound sockets, and connects each client by its first byte, if that comes within `seconds`.

    At most `max_waiting` clients are between accepted and connected, handshakes among them; beyond that, the one that has
    waited longest is dropped for each new one. So clients that connect and say nothing cannot keep others out. Lives on
    the loop that opened it. With an `interception` it also answers CONNECT, and looks at the first byte in the tunnel.
    """

    max_waiting = 512
    retry_seconds = 1.0

    def __init__(
        self,
        create_protocol: Callable[[], asyncio.Protocol],
        tls: TlsContexts,
        seconds: float,
        interception: Interception | None = None,
    ) -> None:
        self._interception = interception
        self._create_protocol = create_protocol
        self._tls = tls
        self._seconds = seconds
        # a dict is used as an ordered set: the first task is the one that has waited longest
        self._waiting: dict[asyncio.Task[None], None] = {}
        self._unowned: set[socket.socket] = set()
        # each listening socket, and the timer that resumes it where accepting is paused
        self._listening: dict[socket.socket, asyncio.TimerHandle | None] = {}
        self._next_warning_at = 0.0

    def open(self, sock: socket.socket, backlog: int) -> None:
        """Start to accept."""
        sock.setblocking(False)
        sock.listen(backlog)
        self._resume(sock)

    def list_sockets(self) -> list[socket.socket]:
        """Return the sockets that listen, and those of clients that wait."""
        return [*self._listening, *self._unowned]

    async def close(self) -> None:
        """Stop to accept, and drop the clients that wait."""
        for sock, timer in self._listening.items():
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()
            if timer is not None:
                timer.cancel()
        # a copy, as a task that ends takes itself out
        tasks = list(self._waiting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _resume(self, sock: socket.socket) -> None:
        self._listening[sock] = None
        asyncio.get_running_loop().add_reader(sock, self._accept, sock)

    def _accept(self, sock: socket.socket) -> None:
        for _ in range(MAX_ACCEPTS):
            try:
                client, _address = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause_accepting(sock, error)
                return
            if has_greenlets_for_threads():
                # gevent's socket, whatever the one that listens is; it would wait in a loop of gevent's
                client = find_original("socket", "socket")(fileno=client.detach())
            client.setblocking(False)
            self._admit(client)

    def _pause_accepting(self, sock: socket.socket, error: OSError) -> None:
        # Too many files are open. The client stays in the backlog, so the loop would call `_accept` again at once, and
        # again, with nothing else getting a turn that could close a file.
        loop = asyncio.get_running_loop()
        if loop.time() >= self._next_warning_at:
            self._next_warning_at = loop.time() + WARNING_SECONDS
            logger.warning("cannot accept a client: %s", error.strerror)
        loop.remove_reader(sock)
        self._listening[sock] = loop.call_later(self.retry_seconds, self._resume, sock)

    def _admit(self, client: socket.socket) -> None:
        if len(self._waiting) >= self.max_waiting:
            longest_waiting = next(iter(self._waiting))
            # taken out here and not when it has ended: until then it would be found, and cancelled, a second time
            del self._waiting[longest_waiting]
            longest_waiting.cancel()
        self._unowned.add(client)
        task = asyncio.get_running_loop().create_task(self._connect(client))
        self._waiting[task] = None
        task.add_done_callback(partial(self._on_connected, client))

    async def _connect(self, client: socket.socket) -> None:
        """Hand the client over to its protocol. Raise OSError for one that is late, has left, or speaks neither."""
        loop = asyncio.get_running_loop()
        seconds = self._seconds
        async with asyncio.timeout(seconds):
            first_byte = await _peek_first_byte(client)
            if self._interception is not None and await open_tunnel(client, self._interception):
                first_byte = await _peek_first_byte(client)
            address: str = client.getpeername()[0]
            # from here on asyncio owns the socket, and closes it if this task is cancelled
            self._unowned.remove(client)
            if first_byte != TLS_HANDSHAKE:
                await loop.connect_accepted_socket(self._create_protocol, client)
                return
            await loop.connect_accepted_socket(
                self._create_protocol,
                client,
                ssl=self._tls.select_context(address),
                ssl_handshake_timeout=seconds,
                ssl_shutdown_timeout=seconds,
            )

    def _on_connected(self, client: socket.socket, task: asyncio.Task[None]) -> None:
        # not a `finally` in the task: one that is cancelled before its first step runs none of its code
        self._waiting.pop(task, None)
        error = None
        if not task.cancelled():
            error = task.exception()
        # TimeoutError and ssl.SSLError are OSErrors too: what a client does wrong is not logged
        if error is not None and not isinstance(error, OSError):
            logger.error("a client could not be connected", exc_info=error)
            self._unowned.add(client)
        if client in self._unowned:
            self._unowned.remove(client)
            client.close()


async def _peek_first_byte(client: socket.socket) -> bytes:
    """Return the first byte that a client sends, left where it is. Raise OSError when the client leaves."""
    while True:
        with suppress(BlockingIOError):
            # MSG_PEEK leaves the byte in the system's buffer: TLS and HTTP have to begin with it again
            first_byte = client.recv(1, socket.MSG_PEEK)
            if not first_byte:
                raise ConnectionAbortedError
            return first_byte
        await _wait_readable(client)


async def _wait_readable(client: socket.socket) -> None:
    # not loop.sock_recv, which takes the byte away
    loop = asyncio.get_running_loop()
    is_readable = asyncio.Event()
    loop.add_reader(client, is_readable.set)
    try:
        await is_readable.wait()
    finally:
        loop.remove_reader(client)
