"""What a connection may send and how long it may take, and how all bounds are printed.

What may stay in memory behind a response stands in `memory/limits.py`, as sandboxes need it and no server.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

from lookalike_specs.files import count_free_files

from ..memory.limits import MEMORY_LIMIT_DESCRIPTIONS, SANDBOX_BYTES_DESCRIPTION, MemoryLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one connection: sizes in bytes, times in seconds.

    `LIMIT_DESCRIPTIONS` says what each means and what a client gets that goes beyond it.
    """

    head_bytes: int = 64 * 1024
    # Twice what Apache httpd and Tomcat take by default, and 1 ms to read; 4,000 in half of a head took 19 ms.
    headers: int = 200
    framing_bytes: int = 64 * 1024
    body_bytes: int = 64 * 1024 * 1024
    bodies_bytes: int = 256 * 1024 * 1024
    unread_bytes: int = 64 * 1024
    discarded_bytes: int = 64 * 1024 * 1024
    connections: int = 1000
    head_seconds: float = 10.0
    idle_seconds: float = 5.0
    body_pause_seconds: float = 10.0
    body_seconds: float = 300.0
    body_bytes_per_second: float = 1000.0
    unread_response_seconds: float = 30.0
    response_bytes_per_second: float = 1000.0
    linger_seconds: float = 2.0

    @property
    def shortest_seconds(self) -> float:
        """Return the shortest time that a client is given for what it sends."""
        return min(self.idle_seconds, self.head_seconds, self.body_pause_seconds)


# Files that a server opens besides those of its clients: a document, a pipe, a client that is only told to come again.
SPARE_FILES: Final = 12


def fit_limits(limits: Limits) -> Limits:
    """Return the limits with as many connections as the process may open sockets for.

    A client that is one too many is then told so. Where no socket is left for it, nobody could: libuv drops it without a
    word, and asyncio tries thousands of times, with a traceback for each.
    """
    connections = count_free_files(limits.connections + SPARE_FILES) - SPARE_FILES
    return replace(limits, connections=max(connections, 1))


LIMIT_DESCRIPTIONS = {
    "head_bytes": "a head, its request line included; beyond it: 431, and the end",
    "headers": "header lines of a head; beyond it: 431, and the end",
    "framing_bytes": "chunk sizes and trailers, besides 8 for each byte of the body; beyond it: 431, and the end",
    "body_bytes": "a body, kept or not; beyond it: the API's error for a body that is too long, and the end",
    "bodies_bytes": "bodies under way on all connections; beyond it: 503 for one that is longer than 65,536, and the end",
    "unread_bytes": "what is read ahead while a response is under way; beyond it: the client waits",
    "discarded_bytes": "what is thrown away behind the last response of a connection; beyond it: a reset",
    "connections": "connections at a time, fewer where `ulimit -n` allows fewer; beyond it: 503, and the end",
    "head_seconds": "from the first byte of a head to its last; after it: 408, and the end",
    "idle_seconds": "without a request; after it: the end",
    "body_pause_seconds": "between two pieces of a body; after it: the API's error for a body that is late, and the end",
    "body_seconds": "for a whole body; after it: the same",
    "body_bytes_per_second": "the least rate of a body, once it has taken as long as a pause may; below it: the same",
    "unread_response_seconds": "in which a client reads nothing of its response; after it: a reset",
    "response_bytes_per_second": "the least rate of reading, once a response has waited that long; below it: a reset",
    "linger_seconds": "in which a client may read the last response and say its own end; after it: a reset",
}


def format_limits(limits: Limits, memory_limits: MemoryLimits) -> str:
    """Return the tables of all bounds for people, a line each."""
    lines = [_format_line(limits, field.name, LIMIT_DESCRIPTIONS[field.name]) for field in fields(limits)]
    lines.append("")
    for field in fields(memory_limits):
        lines.append(_format_line(memory_limits, field.name, MEMORY_LIMIT_DESCRIPTIONS[field.name]))
        if field.name == "sandboxes":
            lines.append(_format_line(memory_limits, "sandbox_bytes", SANDBOX_BYTES_DESCRIPTION))
    return "\n".join(lines)


def _format_line(limits: Any, name: str, description: str) -> str:
    value = f"{getattr(limits, name):,}"
    return f"{name:24} {value:>12}  {description}"
