"""The time and the nonce of signed requests: neither too old nor used before."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.sign import parse_time

from .parsed_request import ClientRequest
from .violation import RequestViolation


def validate_timestamp(asked: ClientRequest, scheme: SecurityScheme, at: float | None) -> Iterator[RequestViolation]:
    """Whether the time of signing was near enough to `at`, when the request came (seconds since 1970), if known."""
    name = SCHEMES[scheme.extension.scheme].timestamp_name
    sent = _read_value(asked, name)
    if not sent or at is None:
        return
    when = parse_time(sent)
    skew = scheme.extension.skew
    if when is None:
        yield RequestViolation("timestamp", name, f"{name} is no time: {sent!r}", asked.locate_rule(name))
    elif abs(at - when.timestamp()) > skew:
        late = at - when.timestamp()
        told = f"{abs(late):.0f} s {'old' if late > 0 else 'in the future'}; at most {skew} s are allowed"
        yield RequestViolation("timestamp", name, f"{name} is {told}", asked.locate_rule(name))


def validate_nonce(
    asked: ClientRequest, scheme: SecurityScheme, used: dict[tuple[str, str], int], number: int
) -> Iterator[RequestViolation]:
    """Whether the nonce is new; it is noted in `used`, with the number of its request."""
    name = SCHEMES[scheme.extension.scheme].nonce_name
    sent = _read_value(asked, name)
    if not sent:
        return
    key = asked.api.id, sent
    if key in used:
        yield RequestViolation("nonce", name, f"request {used[key]} had the same nonce", asked.locate_rule(name))
    used.setdefault(key, number)


def _read_value(asked: ClientRequest, name: str) -> str:
    named = dict(reversed(asked.query + asked.form))
    return (named.get(name) or asked.request.get_header(name.lower().encode()) or "") if name else ""
