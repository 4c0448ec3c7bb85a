"""Listening sockets: servers in a thread of this process, and the server that is this process."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

from starlette.types import ASGIApp

from ..control.operation import MEASURE_BODIES_KEY
from ..memory.allocator import keep_allocator_thresholds
from ..threads import find_original
from .certificates import TlsContexts
from .connection import ServerConnection
from .connection_state import Registry
from .interception import Interception
from .limits import Limits, fit_limits
from .loop_thread import LoopThread, create_loop, get_loop_thread
from .raw_connection import PRESENT_WRONG_KEY
from .stop_signals import Shutdown, set_stop_handler
from .tls_sniffer import TlsSniffer

BACKLOG = 2048
MAX_PORT = 65535
MAX_CLOSE_SECONDS = 1.0
CALM_POLL_SECONDS = 0.01
GRACE_SECONDS = 2.0
BEAT_SECONDS = 0.5
# a request leaves no circles behind, so the collector has little to find; it should not look every 700 objects
GC_THRESHOLDS = (20_000, 50, 100)
IS_WINDOWS = os.name == "nt"
logger = logging.getLogger("lookalike")


class Listener:
    """A listening socket and the connections that came of it. Lives on the loop that made it.

    With `tls` it answers TLS and plain HTTP alike, and with an `interception` CONNECT as well. `limits` are the bounds of
    each connection.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits | None = None,
        tls: TlsContexts | None = None,
        interception: Interception | None = None,
    ) -> None:
        limits = limits or Limits()
        self._registry = Registry()
        self._registry.app_state[MEASURE_BODIES_KEY] = lambda: (self._registry.body_bytes, limits.bodies_bytes)
        if tls is not None:
            self._registry.app_state[PRESENT_WRONG_KEY] = tls.present_wrong_next
        self._create_protocol = partial(ServerConnection, app, self._registry, limits)
        self._server: asyncio.Server | None = None
        self._socket: socket.socket | None = None
        self._grace_deadline = 0.0
        self._sniffer: TlsSniffer | None = None
        if tls is not None:
            self._sniffer = TlsSniffer(self._create_protocol, tls, limits.head_seconds, interception)

    async def open(self, sock: socket.socket) -> None:
        """Start to accept on a bound socket."""
        self._socket = sock
        if self._sniffer is not None:
            self._sniffer.open(sock, BACKLOG)
            return
        loop = asyncio.get_running_loop()
        # asyncio's own loop tries to accept as often as the backlog is long, even where no file can be opened any more, and
        # prints a traceback each time. So it is told of a short one, and the system of the real one behind its back.
        self._server = await loop.create_server(self._create_protocol, sock=sock, backlog=1)
        sock.listen(BACKLOG)

    async def close(self, grace: float = 0.0) -> None:
        """Stop to accept; let answers under way end for `grace` seconds; then drop every connection."""
        self._grace_deadline = asyncio.get_running_loop().time() + grace
        if self._server is not None:
            self._server.close()
        if self._sniffer is not None:
            await self._sniffer.close()
        for connection in list(self._registry.connections):
            if grace:
                connection.shut_down()
            else:
                connection.transport.abort()
        await self._wait_until_calm()
        for connection in list(self._registry.connections):
            connection.transport.abort()
        # each task learns that its connection is lost, and ends
        if self._registry.tasks:
            await asyncio.wait(self._registry.tasks, timeout=MAX_CLOSE_SECONDS)

    def list_sockets(self) -> list[socket.socket]:
        """Return the socket that listens, and those of clients."""
        sockets = [connection.transport.get_extra_info("socket") for connection in self._registry.connections]
        if self._sniffer is not None:
            sockets += self._sniffer.list_sockets()
        elif self._socket is not None:
            sockets.append(self._socket)
        return [sock for sock in sockets if sock is not None]

    def end_grace(self) -> None:
        """Let `close` drop what is still under way, now."""
        self._grace_deadline = 0.0

    async def _wait_until_calm(self) -> None:
        """Wait until no request is under way, at most until the grace is over."""
        while any(connection.is_busy for connection in self._registry.connections):
            if asyncio.get_running_loop().time() >= self._grace_deadline:
                return
            await asyncio.sleep(CALM_POLL_SECONDS)


def bind_socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a socket bound to that address; port 0 takes a free one. Raise OSError, ValueError for no port at all.

    A `shared` one lets other processes bind the same address, and the system spreads clients over them.
    """
    if not 0 <= port <= MAX_PORT:
        # getaddrinfo would take port 65537 for port 1
        raise ValueError(f"a port is a number from 0 to {MAX_PORT}, not {port}")
    try:
        family, kind, number, _, address = find_original("socket", "getaddrinfo")(host, port, type=socket.SOCK_STREAM)[
            0
        ]
    except UnicodeError as error:
        # a label that is empty or has more than 63 letters, as in `a..b`
        raise OSError(errno.EINVAL, "this is no host name") from error
    # gevent's own sockets wait in a loop of gevent's
    sock: socket.socket = find_original("socket", "socket")(family, kind, number)
    try:
        if not IS_WINDOWS:
            # Elsewhere this lets a server start again at once. There it lets two servers take one port, and each gets
            # some of the clients.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def get_base_url(sock: socket.socket) -> str:
    """Return the base URL of a bound socket; an IPv6 address stands in brackets."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def to_https(url: str) -> str:
    """Return the same base URL with the scheme `https`."""
    return url.replace("http://", "https://", 1)


class Server:
    """An ASGI application on a free port of loopback, for as long as the `with` block lasts.

    With `tls` it answers `tls_url` as well, on the same port. A `sock` that is bound already stands in for host and port.
    """

    def __init__(  # noqa: PLR0913 - each is an option of its own
        self,
        app: ASGIApp,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        tls: TlsContexts | None = None,
        *,
        sock: socket.socket | None = None,
        interception: Interception | None = None,
    ) -> None:
        self._app = app
        self._socket = sock
        self._interception = interception
        self._limits = limits
        self._tls = tls
        self._address = (host, port)
        # one or none
        self._running: list[tuple[LoopThread, Listener]] = []
        self.url = ""
        self.tls_url = ""

    def start(self) -> Server:
        """Accept connections from now on, and set `url`. Raise OSError; RuntimeError where it runs already."""
        if self._running:
            raise RuntimeError(f"this server runs already, on {self.url}")
        thread = get_loop_thread()
        sock = self._socket or bind_socket(*self._address)
        self.url = get_base_url(sock)
        if self._tls is not None:
            self.tls_url = to_https(self.url)
        listener = Listener(self._app, self._limits, self._tls, self._interception)
        thread.served.add(listener)
        self._running.append((thread, listener))
        try:
            thread.call(partial(listener.open, sock))
        except BaseException:
            self._running.clear()
            thread.served.discard(listener)
            sock.close()
            raise
        return self

    def stop(self) -> None:
        """Drop every connection and free the port; nothing where it has been stopped.

        In a forked child of the process that serves, forget the server, which goes on there. Raise RuntimeError where it is
        called to make a response of this very server.
        """
        for thread, _ in self._running:
            thread.refuse_own_thread()
        try:
            # of two threads that stop a server, one gets it
            thread, listener = self._running.pop()
        except IndexError:
            return
        if thread.is_alive:
            thread.served.discard(listener)
            thread.call(listener.close)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run_server(
    app: ASGIApp,
    *socks: socket.socket,
    ready: Callable[[], None] = lambda: None,
    tls: TlsContexts | None = None,
    lifeline: int | None = None,
    beat: Callable[[], None] | None = None,
) -> None:
    """Answer on bound sockets until a signal of STOP_SIGNALS, and until the responses under way have ended.

    `ready` is called once, when they listen and a signal would end it cleanly. The process is to end behind this, and
    does so by itself if anything holds it up. A second signal drops what is under way.

    With a `lifeline`, the reading end of a pipe, this process is a worker: SIGTERM and the end of that pipe end it, as
    the process that held the other end is gone then; it is for the supervisor to be impatient. `beat` is called every
    BEAT_SECONDS, for as long as the loop is not stuck.
    """
    sys.unraisablehook = _handle_unraisable
    keep_allocator_thresholds()
    is_worker = lifeline is not None
    with asyncio.Runner(loop_factory=create_loop) as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(_handle_loop_exception)
        stop = asyncio.Event()
        limits = fit_limits(Limits())
        listeners = [Listener(app, limits, tls) for _ in socks]

        def finish() -> None:
            loop.call_soon_threadsafe(stop.set)

        def drop() -> None:
            for listener in listeners:
                loop.call_soon_threadsafe(listener.end_grace)

        shutdown = Shutdown(finish, drop, can_drop=not is_worker)
        shutdown.start()
        if lifeline is not None:
            shutdown.watch_lifeline(lifeline)
            set_stop_handler(shutdown.request, [signal.SIGTERM])
        else:
            set_stop_handler(shutdown.request)
        runner.run(_serve(list(zip(listeners, socks, strict=True)), ready, stop, beat))


async def _serve(
    listeners: list[tuple[Listener, socket.socket]],
    ready: Callable[[], None],
    stop: asyncio.Event,
    beat: Callable[[], None] | None,
) -> None:
    for listener, sock in listeners:
        await listener.open(sock)
    # documents and compiled rules live as long as the process: the collector need not look at them ever again
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    ready()
    heart: asyncio.Task[None] | None = None
    if beat is not None:
        heart = asyncio.create_task(_beat_regularly(beat))
    await stop.wait()
    await asyncio.gather(*(listener.close(GRACE_SECONDS) for listener, _ in listeners))
    if heart is not None:
        heart.cancel()


async def _beat_regularly(beat: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        beat()


def _handle_loop_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say what a loop could not do: as it does by itself, but in one line where no socket is left for a client."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        logger.warning("cannot accept a client: %s", error.strerror)
        return
    loop.default_exception_handler(context)


def _handle_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """Print what Python could not raise, but for one case.

    A client that asks over TLS for a server name which is not ASCII is refused by `ssl`, and rightly; but `ssl` prints a
    traceback as well, which would let any client fill the log.
    """
    is_bad_server_name = isinstance(unraisable.exc_value, UnicodeDecodeError) and isinstance(unraisable.object, bytes)
    if not is_bad_server_name:
        sys.__unraisablehook__(unraisable)
