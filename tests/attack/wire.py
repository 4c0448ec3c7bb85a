"""One connection with stand-ins for socket, clock and application, for a test that tells a short story."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lookalike_mocks.adapters.connection import ServerConnection
from lookalike_mocks.adapters.connection_state import Registry

from .connection_machine import PROMISED
from .echo_app import EchoApp
from .fake_loop import FakeLoop
from .fake_transport import FakeTransport
from .held_bytes import measure_held_bytes


class Wire:
    """A connection that has just been made, seen from its client. `limits` are changes to the promised ones."""

    def __init__(self, *, is_tls: bool = False, **limits: Any) -> None:
        self.loop = FakeLoop()  # type: ignore[abstract]
        self.registry = Registry()
        with self.loop.running():
            self._connection = ServerConnection(EchoApp(), self.registry, replace(PROMISED, **limits))
            self.transport = FakeTransport(self.loop, self._connection, is_tls=is_tls)
            self._connection.connection_made(self.transport)
        self.loop.run_ready()

    def send(self, *pieces: bytes) -> None:
        """Send pieces, each of which is read by itself, and let the server do all that it can do now."""
        self.transport.client_send(*pieces)
        self.loop.run_ready()

    def say_end(self) -> None:
        self.transport.client_say_end()
        self.loop.run_ready()

    def read(self, size: int) -> None:
        self.transport.client_read(size)
        self.loop.run_ready()

    def wait(self, seconds: float) -> None:
        self.loop.advance(seconds)

    @property
    def received(self) -> bytes:
        return bytes(self.transport.received)

    @property
    def statuses(self) -> list[int]:
        """Return the statuses of all responses that have begun to come."""
        return [int(part[:3]) for part in self.received.split(b"HTTP/1.1 ")[1:]]

    @property
    def held_bytes(self) -> int:
        return measure_held_bytes(self._connection)

    @property
    def is_over(self) -> bool:
        """Return whether the server has closed the connection, and nothing of it is left."""
        return self.transport.is_lost and not self.registry.connections and not self.loop.list_timers()
