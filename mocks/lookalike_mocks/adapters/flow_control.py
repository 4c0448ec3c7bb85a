"""How much a connection takes in besides the request that it works on, and what all connections hold together."""

from __future__ import annotations

import asyncio
from typing import Final

from .connection_state import Registry
from .limits import Limits

# a body that is never refused because others send long ones: who sends some JSON need not suffer for pictures
SMALL_BODY_BYTES: Final = 64 * 1024


class FlowControl:
    """What one connection has read ahead, thrown away, and kept of a body, each against its bound.

    `body_size` is what is counted of its body among those of all connections.
    """

    def __init__(self, transport: asyncio.Transport, registry: Registry, limits: Limits) -> None:
        self._transport = transport
        self._registry = registry
        self._limits = limits
        self.is_reading_paused = False
        self._discarded_size = 0
        self.body_size = 0

    def pause_or_resume_reading(self, unread_size: int) -> None:
        """Let the client wait where so many bytes wait here already, and take more from it where they do not."""
        is_full = unread_size > self._limits.unread_bytes
        if is_full == self.is_reading_paused or self._transport.is_closing():
            return
        self.is_reading_paused = is_full
        if is_full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def discard(self, size: int) -> None:
        """Count what comes behind the end; a client that sends on and on is cut off."""
        self._discarded_size += size
        if self._discarded_size > self._limits.discarded_bytes:
            self._transport.abort()

    def count_body(self, size: int) -> None:
        """Say how much of a body this connection holds now."""
        self._registry.body_bytes += size - self.body_size
        self.body_size = size

    @property
    def is_body_too_much(self) -> bool:
        """Return whether this body is a long one, and all bodies together are more than may be held."""
        return self.body_size > SMALL_BODY_BYTES and self._registry.body_bytes > self._limits.bodies_bytes
