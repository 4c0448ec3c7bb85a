"""The base URL of a server: where its connections go, and what stands in every request."""

from __future__ import annotations

import re
import socket
import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

from .exceptions import BadBaseUrl

DEFAULT_PORTS = {"http": 80, "https": 443}
HOST_PATTERN = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]+")


class BaseUrl(NamedTuple):
    """Scheme, host without brackets, port, what `Host` says, and the path that all requests are below."""

    scheme: str
    host: str
    port: int
    netloc: str
    prefix: str


def parse_base_url(url: str) -> BaseUrl:
    """The parts of a base URL. Raises BadUrl."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as wrong:
        raise BadBaseUrl("has a host or a port that cannot be read") from wrong
    if split.scheme not in DEFAULT_PORTS:
        raise BadBaseUrl("does not begin with http:// or https://")
    if "@" in split.netloc:
        raise BadBaseUrl("has credentials in it, which would be seen by everybody; --credentials is their place")
    if split.query or split.fragment or "?" in url or "#" in url:
        raise BadBaseUrl("has a query or a fragment")
    if not HOST_PATTERN.fullmatch(split.hostname or "") or port == 0:
        raise BadBaseUrl("has no host, or one that is not written in ASCII")
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise BadBaseUrl("has characters that stand in no URL")
    return BaseUrl(
        split.scheme, split.hostname or "", port or DEFAULT_PORTS[split.scheme], split.netloc, split.path.rstrip("/")
    )


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
