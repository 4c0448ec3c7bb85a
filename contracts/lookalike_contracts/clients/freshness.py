"""The time and the nonce of signed requests: neither too old nor used before."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs import Scheme
from lookalike_specs.proof import PROOFS, parse_time

from .asked import Asked
from .complaint import Complaint


def timely(asked: Asked, scheme: Scheme, at: float | None) -> Iterator[Complaint]:
    """Whether the time of signing was near enough to `at`, when the request came (seconds since 1970), if known."""
    name = PROOFS[scheme.extension.scheme].timestamp
    sent = _value(asked, name)
    if not sent or at is None:
        return
    when = parse_time(sent)
    skew = scheme.extension.skew
    if when is None:
        yield Complaint("timestamp", name, f"{name} is no time: {sent!r}", asked.where(name))
    elif abs(at - when.timestamp()) > skew:
        late = at - when.timestamp()
        told = f"{abs(late):.0f} s {'old' if late > 0 else 'in the future'}; at most {skew} s are allowed"
        yield Complaint("timestamp", name, f"{name} is {told}", asked.where(name))


def unused(asked: Asked, scheme: Scheme, used: dict[tuple[str, str], int], number: int) -> Iterator[Complaint]:
    """Whether the nonce is new; it is noted in `used`, with the number of its request."""
    name = PROOFS[scheme.extension.scheme].nonce
    sent = _value(asked, name)
    if not sent:
        return
    key = asked.api.id, sent
    if key in used:
        yield Complaint("nonce", name, f"request {used[key]} had the same nonce", asked.where(name))
    used.setdefault(key, number)


def _value(asked: Asked, name: str) -> str:
    named = dict(reversed(asked.query + asked.form))
    return (named.get(name) or asked.request.header(name.lower().encode()) or "") if name else ""
