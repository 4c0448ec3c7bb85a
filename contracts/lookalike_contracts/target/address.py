"""The addresses of a host, looked up within a deadline."""

from __future__ import annotations

import socket
import time
from queue import Empty, SimpleQueue
from threading import Thread

from .origin import Origin

Address = tuple[int, str]


def addresses(origin: Origin, until: float) -> list[Address]:
    """Family and address of each, in the order of the system. Raises gaierror; TimeoutError when it takes too long."""
    answer: SimpleQueue[list[Address] | OSError] = SimpleQueue()
    # the system's own lookup knows no deadline
    Thread(target=_look, args=(origin, answer), daemon=True).start()
    try:
        found = answer.get(timeout=max(0.001, until - time.monotonic()))
    except Empty as late:
        raise TimeoutError from late
    if isinstance(found, OSError):
        raise found
    return found


def _look(origin: Origin, answer: SimpleQueue[list[Address] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        answer.put([(family, str(address[0])) for family, _, _, _, address in found])
    except OSError as gone:
        answer.put(gone)
    except UnicodeError:
        answer.put(socket.gaierror(socket.EAI_NONAME, "no name"))
