"""Serve in the foreground until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable

from starlette.types import ASGIApp

from .server import Listener, create_loop
from .tls import TlsContexts

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
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
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
