"""What a server presents over TLS: a throw-away CA, and two certificates of it, the right one and a wrong one."""

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
# Apple's clients refuse a server's certificate that lives longer than 825 days
DAY = timedelta(days=1)
VALIDITY = 365 * DAY
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
        """Present the wrong certificate in the next handshakes, so many or until `present_right`."""
        with self._lock:
            self._wrong_left = math.inf if times is None else max(times, 0)

    def present_right(self) -> None:
        """Present the right certificate again."""
        self.present_wrong(0)

    def select_context(self) -> ssl.SSLContext:
        """For the handshake that begins now.

        Two contexts share no sessions, so a client that wants to resume one has to look at the wrong certificate too.
        """
        with self._lock:
            if not self._wrong_left:
                return self.right_context
            self._wrong_left -= 1
            return self.wrong_context

    def _select_by_name(self, client: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name is not None and name.lower() == WRONG_NAME:
            client.context = self.wrong_context


def create_tls_contexts(names: Iterable[str]) -> TlsContexts:
    """A new CA, whose key nobody keeps, and its certificate for these names.

    Raises ValueError for what is no name; ImportError without the extra `tls`.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra
    except ImportError as missing:
        raise ImportError(INSTALL_HINT) from missing
    ca = trustme.CA(organization_name="Lookalike", organization_unit_name="throw-away CA")
    pem = ca.cert_pem.bytes().decode("ascii")
    return TlsContexts(pem, _create_context(ca, map(validate_host_name, names)), _create_context(ca, (WRONG_HOST,)))


def list_host_names(mock: Mock, *hosts: str, more: Iterable[str] = ()) -> list[str]:
    """What a server of that mock is called: on loopback, by `hosts` that are names, by the vendors' clients, `more`."""
    found = [*LOOPBACK, *filter(_is_host_name, hosts), *sorted(mock.router.by_host)]
    for service in mock.services.values():
        if any("{" in server["url"] for server in service.api.document["servers"]):
            # a vendor with a host in each region has others beside it, such as the region's inner network
            found += sorted({f"*.{each.partition('.')[2]}" for each in service.api.hosts})
    return list(dict.fromkeys([*found, *more]))


def validate_host_name(text: str) -> str:
    """The text, if it is a host name or an address. Raises ValueError."""
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
    context.set_alpn_protocols(["http/1.1"])
    _issue_certificate(ca, names).configure_cert(context)
    return context


def _issue_certificate(ca: trustme.CA, names: Iterable[str]) -> trustme.LeafCert:
    begin = datetime.now(UTC) - DAY
    try:
        return ca.issue_cert(*names, organization_name="Lookalike", not_before=begin, not_after=begin + VALIDITY)
    except UnicodeError as wrong:  # `xn--` before what no such name stands for
        raise ValueError(f"no certificate can name that: {wrong}") from wrong
