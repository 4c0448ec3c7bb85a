"""A mock in place of the vendors' real hosts: which host names are theirs, and what becomes of calls to any other.

A client with the vendors' addresses built in comes here in one of three ways: by `CONNECT api.tmapi.top:443`, as it thinks
that this is a proxy; by an absolute URL, `GET http://api.tmapi.top/…`, for the same reason; or straight, as the vendors'
names lead to this port. What it asks of any other host is refused with a sentence and counted: nobody here may answer for
somebody else, and to let it through would make a test depend on the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from lookalike_specs.messages import Request, Response

from ..exceptions import MockError
from ..mock import Mock
from ..own_answers import record_own_answer
from ..reason import cut_text
from ..sandbox.journal import JournalEntry
from .certificates import LOOPBACK, list_host_names

# the rule of a request that was for another host, as the journal names it
ELSEWHERE: Final = "elsewhere"
MAX_COUNTED_HOSTS: Final = 1000
MAX_HOST_LENGTH: Final = 255
WILDCARD: Final = "*."


class Interception:
    """The hosts that are intercepted, and how often each other one was asked for.

    `port` is our own: a client may ask for that by `localhost` too, whatever its proxy is. It is 0 until it is known.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self.hosts = tuple(hosts)
        self.port = 0
        self.refused: Counter[str] = Counter()
        self._names = frozenset(host for host in self.hosts if not host.startswith(WILDCARD))
        self._suffixes = frozenset(host.removeprefix("*") for host in self.hosts if host.startswith(WILDCARD))

    def accepts(self, authority: str) -> bool:
        """Return whether `host` or `host:port` is ours to answer for."""
        host, port = split_authority(authority)
        if host in LOOPBACK:
            # any other port of this machine belongs to somebody else
            return port in ("", str(self.port))
        # a wildcard stands for one label, as in a certificate
        label, dot, rest = host.partition(".")
        return host in self._names or (bool(label) and dot + rest in self._suffixes)

    def refuse(self, authority: str) -> str:
        """Count a call to another host, and return the sentence that its client gets."""
        host, _ = split_authority(authority)
        host = cut_text(host, MAX_HOST_LENGTH)
        if host in self.refused or len(self.refused) < MAX_COUNTED_HOSTS:
            self.refused[host] += 1
        return (
            f"{host or 'this'} is no host of a vendor's, and only those are intercepted; NO_PROXY lets a client ask it"
        )


def split_authority(authority: str) -> tuple[str, str]:
    """Return host and port of `host:port`; the host in lower case and without brackets, the port "" where it is missing."""
    host, colon, port = authority.rpartition(":")
    if not colon or not port.isdecimal():
        host = authority
        port = ""
    # a dot at its end only says that a name is whole, as in `api.tmapi.top.`
    return host.strip("[]").rstrip(".").lower(), port


def list_vendor_hosts(mock: Mock) -> list[str]:
    """Return the host names of the vendors; those of a region's other hosts are wildcards."""
    return [host for host in list_host_names(mock) if host not in LOOPBACK]


def list_vendor_ports(mock: Mock) -> list[int]:
    """Return the ports at which the vendors' servers are: those of http and https, and what a document names besides."""
    ports = {80, 443}
    for service in mock.services.values():
        ports.update(filter(None, (urlsplit(server).port for server in service.api.servers)))
    return sorted(ports)


class InterceptingMock(Mock):
    """A mock that refuses requests for other hosts than the vendors'; `interception` is set before it is asked."""

    interception: Interception

    def exchange(self, request: Request) -> JournalEntry:
        if request.host and not self.interception.accepts(request.host):
            error = MockError(403, {"error": self.interception.refuse(request.host)}, ELSEWHERE)
            return record_own_answer(self.sandboxes, request, error)
        return super().exchange(request)

    def respond(self, request: Request) -> Response:
        return self.exchange(request).response
