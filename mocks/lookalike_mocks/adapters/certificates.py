"""What a server presents over TLS: a throw-away CA, and two certificates of it, the right one and a wrong one.

The right one names the hosts that the mock is served as, the vendors' own among them. The wrong one names somebody else,
for the fault `wrong-certificate`: a client that accepts it does not check names.
"""

from __future__ import annotations

import ipaddress
import math
import re
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from ..mock import Mock

if TYPE_CHECKING:
    import trustme

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# a client that asks for this name always gets the wrong certificate
WRONG_NAME = "wrong-certificate.localhost"
WRONG_HOST = "somebody-else.invalid"
INSTALL_HINT = 'TLS needs an extra: pip install "lookalike[tls]"'
DAY = timedelta(days=1)
# Apple's clients refuse a server's certificate that is valid for more than 825 days
VALIDITY = 365 * DAY
# one label of a host name (RFC 1123), such as `open` in open.hiobuy.com
LABEL_PATTERN = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_PATTERN = re.compile(rf"(?:\*\.)?{LABEL_PATTERN}(?:\.{LABEL_PATTERN})*", re.IGNORECASE)


class TlsContexts:
    """The `right` certificate names the served hosts, the `wrong` one somebody else; `ca` is their CA as PEM."""

    def __init__(self, ca: str, right: ssl.SSLContext, wrong: ssl.SSLContext) -> None:
        self.ca = ca
        self.right_context = right
        self.wrong_context = wrong
        self._lock = Lock()
        self._wrong_left: float = 0
        right.sni_callback = self._select_by_name

    def present_wrong(self, times: int | None = None) -> None:
        """Present the wrong certificate in the next `times` handshakes, or until `present_right`."""
        # under a lock, as tests call this from a thread that is not the loop's
        with self._lock:
            if times is None:
                self._wrong_left = math.inf
            else:
                self._wrong_left = max(times, 0)

    def present_right(self) -> None:
        """Present the right certificate again."""
        self.present_wrong(0)

    def select_context(self) -> ssl.SSLContext:
        """Return the context of the handshake that begins now, and count it."""
        # A context of its own rather than another certificate in the same one: two contexts share no sessions, so a
        # client that wants to resume one, and would see no certificate at all, has to look at the wrong one too.
        with self._lock:
            if not self._wrong_left:
                return self.right_context
            self._wrong_left -= 1
            return self.wrong_context

    def _select_by_name(self, client: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        # called by `ssl` within the handshake, when the client has said which name it wants (SNI)
        if name is not None and name.lower() == WRONG_NAME:
            client.context = self.wrong_context


def create_tls_contexts(names: Iterable[str]) -> TlsContexts:
    """Return a new CA's contexts for these names; the CA's key is gone when this returns.

    Raise ValueError for what is no name, ImportError without the extra `tls`.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ImportError(INSTALL_HINT) from error
    ca = trustme.CA(organization_name="Lookalike", organization_unit_name="throw-away CA")
    pem = ca.cert_pem.bytes().decode("ascii")
    return TlsContexts(pem, _create_context(ca, map(validate_host_name, names)), _create_context(ca, (WRONG_HOST,)))


def list_host_names(mock: Mock, *hosts: str, more: Iterable[str] = ()) -> list[str]:
    """Return the names of a server of that mock: loopback's, those of `hosts` that are names, the vendors', `more`."""
    names = [*LOOPBACK, *filter(_is_host_name, hosts), *sorted(mock.router.by_host)]
    for service in mock.services.values():
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


def _create_context(ca: trustme.CA, names: Iterable[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # no HTTP/2: a client that may choose it would send what this server cannot read
    context.set_alpn_protocols(["http/1.1"])
    _issue_certificate(ca, names).configure_cert(context)
    return context


def _issue_certificate(ca: trustme.CA, names: Iterable[str]) -> trustme.LeafCert:
    # from yesterday on, for clients whose clock is behind
    begin = datetime.now(UTC) - DAY
    try:
        return ca.issue_cert(*names, organization_name="Lookalike", not_before=begin, not_after=begin + VALIDITY)
    except UnicodeError as error:  # `xn--` before what is no Punycode
        raise ValueError(f"no certificate can name that: {error}") from error
