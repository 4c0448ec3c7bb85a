"""What a server presents over TLS: a throw-away CA, and two certificates of it, the right one and a wrong one.

The right one names the hosts that the mock is served as, the vendors' own among them. The wrong one names somebody else,
for the fault `wrong-certificate`: a client that accepts it does not check names.
"""

from __future__ import annotations

import ipaddress
import math
import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from ..mock import Mock
from ..threads import create_lock, find_original

if TYPE_CHECKING:
    import trustme

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# a client that asks for this name always gets the wrong certificate
WRONG_NAME = "wrong-certificate.localhost"
WRONG_HOST = "somebody-else.invalid"
INSTALL_HINT = 'TLS needs an extra: pip install "lookalike[tls]"'
# how long a client that lost its connection may take for the next one, and how many of such clients are known at most
ARMED_SECONDS = 10.0
MAX_ARMED = 1000
DAY = timedelta(days=1)
# Apple's clients refuse a server's certificate that is valid for more than 825 days
VALIDITY = 365 * DAY
# one label of a host name (RFC 1123), such as `open` in open.hiobuy.com
LABEL_PATTERN = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_PATTERN = re.compile(rf"(?:\*\.)?{LABEL_PATTERN}(?:\.{LABEL_PATTERN})*", re.IGNORECASE)


class WrongHandshake(NamedTuple):
    """The next handshake of one client is to be a wrong one: `address` asks for `name`, None where it names no host."""

    address: str
    name: str | None
    deadline: float
    is_wanted: Callable[[], bool]


class TlsContexts:
    """The right certificate names the served hosts, the wrong one somebody else; `ca` is their CA as PEM.

    Who shall see the wrong one is said in two ways. `present_wrong` is for a server that one has for oneself: each client
    sees it. `present_wrong_next` is for the fault `wrong-certificate`, which is one client's affair among others. A
    handshake carries no credential, so that client is known by what it does carry: its address, and the host name that it
    asks for. So that nobody else of that address meets what was meant for him, it holds for one handshake within
    ARMED_SECONDS, and for none when its sandbox cancels the situation before.
    """

    def __init__(self, ca: str, create_right: Callable[[], ssl.SSLContext], wrong: ssl.SSLContext) -> None:
        self.ca = ca
        self._create_right = create_right
        self.right_context = create_right()
        self.wrong_context = wrong
        self._lock = create_lock()
        self._wrong_left: float = 0
        self._wrong_handshakes: deque[WrongHandshake] = deque(maxlen=MAX_ARMED)
        # the host name that a connection's client asked for
        self._names: WeakKeyDictionary[ssl.SSLObject, str | None] = WeakKeyDictionary()
        _set_name_callback(self.right_context, self._select_by_name)
        _set_name_callback(self.wrong_context, self._remember_name)

    def present_wrong(self, times: int | None = None) -> None:
        """Present the wrong certificate in the next `times` handshakes, or until `present_right`."""
        # under a lock, as tests call this from a thread that is not the loop's
        with self._lock:
            if times is None:
                self._wrong_left = math.inf
            else:
                self._wrong_left = max(times, 0)

    def present_right(self) -> None:
        """Present the right certificate again, to everybody."""
        with self._lock:
            self._wrong_handshakes.clear()
        self.present_wrong(0)

    def present_wrong_next(
        self, address: str, connection: ssl.SSLObject | None, is_wanted: Callable[[], bool] | None
    ) -> None:
        """Present the wrong certificate once to the client of a connection: in its next handshake, if it soon comes.

        A client that speaks without TLS (`connection` is None) has no next handshake.
        """
        if connection is None:
            return
        name = self._names.get(connection)
        deadline = time.monotonic() + ARMED_SECONDS
        with self._lock:
            self._wrong_handshakes.append(WrongHandshake(address, name, deadline, is_wanted or _always))

    def select_context(self, address: str) -> ssl.SSLContext:
        """Return the context of the handshake that begins now with a client of that address, and count it."""
        # A context of its own rather than another certificate in the same one: two contexts share no sessions, so a
        # client that wants to resume one, and would see no certificate at all, has to look at the wrong one too.
        with self._lock:
            if self._wrong_left:
                self._wrong_left -= 1
                return self.wrong_context
            if not any(armed.address == address for armed in self._wrong_handshakes):
                return self.right_context
        # Right or wrong is decided when the client says which name it wants; and again, a new context has no sessions.
        context = self._create_right()
        _set_name_callback(context, partial(self._select_armed, address))
        return context

    def _select_armed(self, address: str, client: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        if self._take_wrong_handshake(address, name):
            self._remember_name(client, name, context)
            client.context = self.wrong_context
            return
        self._select_by_name(client, name, context)

    def _take_wrong_handshake(self, address: str, name: str | None) -> bool:
        """Return whether this handshake is to be a wrong one, and count it; forget those that nobody waits for."""
        now = time.monotonic()
        with self._lock:
            waiting = [armed for armed in self._wrong_handshakes if armed.deadline > now and armed.is_wanted()]
            self._wrong_handshakes.clear()
            is_wrong = False
            for armed in waiting:
                if not is_wrong and (armed.address, armed.name) == (address, name):
                    is_wrong = True
                else:
                    self._wrong_handshakes.append(armed)
            return is_wrong

    # called by `ssl` within the handshake, when the client has said which name it wants (SNI)
    def _select_by_name(self, client: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        self._remember_name(client, name, context)
        if name is not None and name.lower() == WRONG_NAME:
            client.context = self.wrong_context

    def _remember_name(self, client: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        self._names[client] = name


def _set_name_callback(
    context: ssl.SSLContext, callback: Callable[[ssl.SSLObject, str | None, ssl.SSLContext], None]
) -> None:
    """Let a context call back when a client says which host name it wants."""
    # `context.sni_callback = …`, but for gevent, whose property wraps the callback in one that takes its own sockets alone
    find_original("ssl", "SSLContext").sni_callback.__set__(context, callback)


def _always() -> bool:
    return True


def create_tls_contexts(names: Iterable[str]) -> TlsContexts:
    """Return a new CA's contexts for these names; the CA's key is gone when this returns.

    Raise ValueError for what is no name, ImportError without the extra `tls`.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra
    except ImportError as error:
        # one sentence: what was not found is in it
        raise ImportError(INSTALL_HINT, name=error.name) from None
    ca = trustme.CA(organization_name="Lookalike", organization_unit_name="throw-away CA")
    pem = ca.cert_pem.bytes().decode("ascii")
    right_certificate = _issue_certificate(ca, map(validate_host_name, names))
    wrong_certificate = _issue_certificate(ca, (WRONG_HOST,))
    return TlsContexts(pem, partial(_create_context, right_certificate), _create_context(wrong_certificate))


def list_host_names(mock: Mock, *hosts: str, more: Iterable[str] = ()) -> list[str]:
    """Return the names of a server of that mock: loopback's, those of `hosts` that are names, the vendors', `more`."""
    names = [*LOOPBACK, *filter(_is_host_name, hosts), *sorted(mock.router.by_host)]
    for service in mock.services.values():
        names += service.api.root.other_hosts
        is_regional = any("{" in server["url"] for server in service.api.document["servers"])
        if is_regional:
            # A vendor with a host in each region has others beside it, such as the region's inner network:
            # imagesearch.cn-shanghai.aliyuncs.com brings *.cn-shanghai.aliyuncs.com
            names += sorted({f"*.{host.partition('.')[2]}" for host in service.api.hosts})
    # without repetitions, in this order
    return list(dict.fromkeys([*names, *more]))


def validate_host_name(text: str) -> str:
    """Return the text, if it is a host name or an address. Raise ValueError."""
    if not _is_host_name(text):
        raise ValueError(f"{text!r} is neither a host name nor an address")
    return text


def _is_host_name(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= 253 and HOST_PATTERN.fullmatch(text) is not None
    return True


def _create_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # no HTTP/2: a client that may choose it would send what this server cannot read
    context.set_alpn_protocols(["http/1.1"])
    certificate.configure_cert(context)
    return context


def _issue_certificate(ca: trustme.CA, names: Iterable[str]) -> trustme.LeafCert:
    # from yesterday on, for clients whose clock is behind
    begin = datetime.now(UTC) - DAY
    try:
        return ca.issue_cert(*names, organization_name="Lookalike", not_before=begin, not_after=begin + VALIDITY)
    except UnicodeError as error:  # `xn--` before what is no Punycode
        raise ValueError(f"no certificate can name that: {error}") from error
