"""The addresses of a host, looked up within a deadline."""

from __future__ import annotations

import socket
import time
from queue import Empty, SimpleQueue
from threading import Thread

from .origin import BaseUrl

ResolvedAddress = tuple[int, str]


def resolve_addresses(origin: BaseUrl, until: float) -> list[ResolvedAddress]:
    """Family and address of each, in the order of the system. Raises gaierror; TimeoutError when it takes too long."""
    answer: SimpleQueue[list[ResolvedAddress] | OSError] = SimpleQueue()
    # the system's own lookup knows no deadline
    Thread(target=_look_up, args=(origin, answer), daemon=True).start()
    try:
        found = answer.get(timeout=max(0.001, until - time.monotonic()))
    except Empty as late:
        raise TimeoutError from late
    if isinstance(found, OSError):
        raise found
    return found


def _look_up(origin: BaseUrl, answer: SimpleQueue[list[ResolvedAddress] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        answer.put([(family, str(address[0])) for family, _, _, _, address in found])
    except OSError as gone:
        answer.put(gone)
    except UnicodeError:
        answer.put(socket.gaierror(socket.EAI_NONAME, "no name"))
