"""Servers on loopback: one event loop in one thread, a listening socket for each server."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from functools import cache, partial
from types import TracebackType
from typing import Any, TypeVar

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from .certificates import TlsContexts
from .protocol import MockProtocol
from .raw_connection import PRESENT_WRONG_KEY
from .tls_sniffer import TlsSniffer

Result = TypeVar("Result")
BACKLOG = 2048
MAX_CLOSE_SECONDS = 1.0


class Listener:
    """A listening socket and the connections that came of it. Lives on the loop that made it.

    With `tls` it answers TLS and plain HTTP alike.
    """

    def __init__(
        self, app: ASGIApp, protocol: type[MockProtocol] = MockProtocol, tls: TlsContexts | None = None
    ) -> None:
        self._state = ServerState()
        config = Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", server_header=False, proxy_headers=False
        )
        config.load()
        shared = {} if tls is None else {PRESENT_WRONG_KEY: tls.present_wrong}
        self._create_protocol: Callable[[], MockProtocol] = partial(protocol, config, self._state, shared)
        self._server: asyncio.Server | None = None
        self._sniffer = TlsSniffer(self._create_protocol, tls, protocol.head_seconds) if tls is not None else None

    async def open(self, sock: socket.socket) -> None:
        """Start to accept on a bound socket."""
        if self._sniffer is not None:
            self._sniffer.open(sock, BACKLOG)
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._create_protocol, sock=sock, backlog=BACKLOG)

    async def close(self, grace: float = 0.0) -> None:
        """Stop to accept; let answers under way end for `grace` seconds; then drop every connection."""
        if self._server is not None:
            self._server.close()
        if self._sniffer is not None:
            await self._sniffer.close()
        for connection in list(self._state.connections):
            connection.shutdown() if grace else connection.transport.abort()
        if grace and self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=grace)
        for connection in list(self._state.connections):
            connection.transport.abort()
        if self._state.tasks:  # each is told that its connection is lost, and ends
            await asyncio.wait(self._state.tasks, timeout=MAX_CLOSE_SECONDS)


def bind_socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket bound to that address, which others may be `shared` with; port 0 takes a free one. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def get_base_url(sock: socket.socket) -> str:
    """The base URL of a bound socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def to_https(url: str) -> str:
    """The same base URL over TLS."""
    return url.replace("http://", "https://", 1)


class Server:
    """An ASGI application on a free port of loopback, for as long as the `with` block lasts.

    With `tls` it answers `tls_url` as well, on the same port.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str = "127.0.0.1",
        port: int = 0,
        protocol: type[MockProtocol] = MockProtocol,
        tls: TlsContexts | None = None,
    ) -> None:
        self._app = app
        self._protocol = protocol
        self._tls = tls
        self._address = host, port
        self._listener: Listener | None = None
        self.url = self.tls_url = ""

    def start(self) -> Server:
        """Accept connections from now on; `url` is set. Raises OSError."""
        sock = bind_socket(*self._address)
        self.url = get_base_url(sock)
        self.tls_url = to_https(self.url) if self._tls is not None else ""
        self._listener = Listener(self._app, self._protocol, self._tls)
        _run_on_loop(self._listener.open(sock))
        return self

    def stop(self) -> None:
        """Drop every connection and free the port."""
        if self._listener is not None:
            _run_on_loop(self._listener.close())
            self._listener = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _run_on_loop(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run_coroutine_threadsafe(work, _get_loop()).result()


@cache
def _get_loop() -> asyncio.AbstractEventLoop:
    """The process's one loop for servers in threads."""
    loop = create_loop()
    threading.Thread(target=loop.run_forever, name="lookalike", daemon=True).start()
    return loop


def create_loop() -> asyncio.AbstractEventLoop:
    """uvloop's event loop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


GRACE_SECONDS = 2.0
# a request leaves no circles behind, so the collector has little to find; it should not look every 700 objects
GC_THRESHOLDS = (20_000, 50, 100)


def run_server(
    app: ASGIApp,
    *socks: socket.socket,
    ready: Callable[[], None] = lambda: None,
    tls: TlsContexts | None = None,
    lifeline: int | None = None,
) -> None:
    """Answer on bound sockets; returns after a signal, when the answers under way have ended.

    `ready` is called once, when they listen and a signal would end it cleanly. The end of the pipe `lifeline` counts
    as a signal: whoever held its other end is gone.
    """
    sys.unraisablehook = _handle_unraisable
    with asyncio.Runner(loop_factory=create_loop) as runner:
        runner.run(_serve([(Listener(app, tls=tls), sock) for sock in socks], ready, lifeline))


async def _serve(
    listeners: list[tuple[Listener, socket.socket]], ready: Callable[[], None], lifeline: int | None
) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if lifeline is not None:
        loop.add_reader(lifeline, stopped.set)
    for listener, sock in listeners:
        await listener.open(sock)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    ready()
    await stopped.wait()
    await asyncio.gather(*(listener.close(GRACE_SECONDS) for listener, _ in listeners))


def _handle_unraisable(found: sys.UnraisableHookArgs) -> None:
    """A client that asks over TLS for a name which is not ASCII is refused by `ssl`, which prints a traceback too."""
    if not (isinstance(found.exc_value, UnicodeDecodeError) and isinstance(found.object, bytes)):
        sys.__unraisablehook__(found)
