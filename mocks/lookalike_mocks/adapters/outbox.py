"""Responses that are sent together at the end of one turn of the event loop."""

from __future__ import annotations

import asyncio
from functools import lru_cache


class Outbox:
    """The direct responses of one turn of the event loop, sent together at its end.

    Each send may wake its client, which costs more than the send itself. Clients that are woken one by one ask again one
    by one, and each of their requests is a turn of the loop; clients that are woken together ask together. `waiting` are
    those that were not sent yet.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.waiting: list[tuple[asyncio.Transport, bytes, bytes]] = []

    def add(self, transport: asyncio.Transport, head: bytes, body: bytes, *, at_once: bool) -> None:
        """Send head and body at the end of this turn, or `at_once`, behind all that waits."""
        self.waiting.append((transport, head, body))
        if at_once:
            self.flush()
        elif len(self.waiting) == 1:
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what waits now."""
        waiting = self.waiting
        self.waiting = []
        for transport, head, body in waiting:
            if transport.is_closing():
                continue
            # asyncio would try to send an empty part for ever
            if body:
                transport.writelines((head, body))
            else:
                transport.write(head)


@lru_cache(maxsize=8)
def get_outbox(loop: asyncio.AbstractEventLoop) -> Outbox:
    """Return the one outbox of a loop."""
    return Outbox(loop)
