"""Serve in the foreground until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable

from starlette.types import ASGIApp

from .server import Listener, new_loop

GRACE = 2.0
# a request leaves no circles behind, so the collector has little to find; it should not look every 700 objects
GARBAGE = (20_000, 50, 100)


def run(app: ASGIApp, sock: socket.socket, *, ready: Callable[[], None] = lambda: None) -> None:
    """Answer on a bound socket; returns after a signal, when the answers under way have ended.

    `ready` is called once, when the socket listens and a signal would end it cleanly.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(app, sock, ready))


async def _serve(app: ASGIApp, sock: socket.socket, ready: Callable[[], None]) -> None:
    listener, stopped = Listener(app), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await listener.open(sock)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    ready()
    await stopped.wait()
    await listener.close(GRACE)
