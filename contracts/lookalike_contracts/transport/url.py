"""The base URL of a server: where its connections go, and what stands in every request."""

from __future__ import annotations

import re
import socket
import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from .exceptions import BadBaseUrl

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Labels as DNS and TLS take them: with an empty one, or one of 64 letters, the standard library raises in many places.
LABEL: Final = r"[A-Za-z0-9_-]{1,63}"
HOST_PATTERN: Final = re.compile(rf"(?=.{{1,253}}$)(?:{LABEL}\.)*{LABEL}\.?|[0-9A-Fa-f:.]+")
MIN_WAIT: Final = 0.001


class BaseUrl(NamedTuple):
    """Scheme, host without brackets, port, what `Host` says, and the path that all requests are below."""

    scheme: str
    host: str
    port: int
    netloc: str
    prefix: str


def parse_base_url(url: str) -> BaseUrl:
    """Return the parts of a base URL. Raise BadBaseUrl."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise BadBaseUrl("has a host or a port that cannot be read") from error
    host = split.hostname or ""
    if split.scheme not in DEFAULT_PORTS:
        raise BadBaseUrl("does not begin with http:// or https://")
    if "@" in split.netloc:
        raise BadBaseUrl("has credentials in it, which would be seen by everybody; --credentials is their place")
    # "?" and "#" with nothing behind them are lost in `split`
    if split.query or split.fragment or "?" in url or "#" in url:
        raise BadBaseUrl("has a query or a fragment")
    if not HOST_PATTERN.fullmatch(host) or port == 0:
        raise BadBaseUrl("has no host, or one that is no name in ASCII")
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise BadBaseUrl("has characters that stand in no URL")
    return BaseUrl(split.scheme, host, port or DEFAULT_PORTS[split.scheme], split.netloc, split.path.rstrip("/"))


ResolvedAddress = tuple[int, str]


def resolve_addresses(base_url: BaseUrl, deadline: float) -> list[ResolvedAddress]:
    """Return family and address of each, in the order of the system. Raise gaierror, or TimeoutError."""
    results: SimpleQueue[list[ResolvedAddress] | OSError] = SimpleQueue()
    # The system's own lookup knows no deadline, and nothing can end it: it goes on in its thread, and nobody listens.
    Thread(target=_look_up, args=(base_url, results), daemon=True).start()
    try:
        result = results.get(timeout=max(MIN_WAIT, deadline - time.monotonic()))
    except Empty as error:
        raise TimeoutError from error
    if isinstance(result, OSError):
        raise result
    return result


def _look_up(base_url: BaseUrl, results: SimpleQueue[list[ResolvedAddress] | OSError]) -> None:
    try:
        infos = socket.getaddrinfo(base_url.host, base_url.port, type=socket.SOCK_STREAM)
        results.put([(family, str(address[0])) for family, _, _, _, address in infos])
    except OSError as error:
        results.put(error)
    except UnicodeError:
        results.put(socket.gaierror(socket.EAI_NONAME, "no name"))
