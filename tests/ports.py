"""Ports for programs that are told theirs beforehand."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress

# Below those that systems give to clients (32768 on Linux): one of these may be taken between a look and its use, by any
# connection of a test beside this one.
FIRST_PORT = 20_000
LAST_PORT = 32_000


def find_free_port(count: int = 1) -> int:
    """Return the first of so many ports in a row that nobody has now."""
    for port in random.sample(range(FIRST_PORT, LAST_PORT), 100):
        with suppress(OSError), ExitStack() as stack:
            for offset in range(count):
                stack.enter_context(socket.create_server(("127.0.0.1", port + offset)))
            return port
    raise AssertionError(f"no {count} ports in a row are free")
