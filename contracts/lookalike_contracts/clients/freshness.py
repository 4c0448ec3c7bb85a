"""The time and the nonce of signed requests: neither too old nor used before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lookalike_specs import Scheme

from .asked import Asked
from .complaint import Complaint


@dataclass(frozen=True, slots=True)
class Places:
    """Where a scheme has its time and its nonce, parameters or headers."""

    timestamp: str
    nonce: str


# schemes whose proofs age
PLACES: Final[Mapping[str, Places]] = {
    "acs3": Places("x-acs-date", "x-acs-signature-nonce"),
    "acs-rpc": Places("Timestamp", "SignatureNonce"),
    "acs-roa": Places("date", "x-acs-signature-nonce"),
}


def timely(asked: Asked, scheme: Scheme, at: float | None) -> Iterator[Complaint]:
    """Whether the time of signing was near enough to `at`, when the request came (seconds since 1970), if known."""
    places = PLACES.get(scheme.extension.scheme)
    sent = _value(asked, places.timestamp) if places else ""
    if places is None or not sent or at is None:
        return
    name, when = places.timestamp, _time(sent)
    skew = scheme.extension.skew
    if when is None:
        yield Complaint("timestamp", name, f"{name} is no time: {sent!r}", asked.where(name))
    elif abs(at - when.timestamp()) > skew:
        late = at - when.timestamp()
        told = f"{abs(late):.0f} s {'old' if late > 0 else 'in the future'}; at most {skew} s are allowed"
        yield Complaint("timestamp", name, f"{name} is {told}", asked.where(name))


def unused(asked: Asked, scheme: Scheme, used: dict[tuple[str, str], int], number: int) -> Iterator[Complaint]:
    """Whether the nonce is new; it is noted in `used`, with the number of its request."""
    places = PLACES.get(scheme.extension.scheme)
    sent = _value(asked, places.nonce) if places else ""
    if places is None or not sent:
        return
    key = asked.api.id, sent
    if key in used:
        yield Complaint("nonce", places.nonce, f"request {used[key]} had the same nonce", asked.where(places.nonce))
    used.setdefault(key, number)


def _value(asked: Asked, name: str) -> str:
    named = dict(reversed(asked.query + asked.form))
    return named.get(name) or asked.request.header(name.lower().encode()) or ""


def _time(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None
