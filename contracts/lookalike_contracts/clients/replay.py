"""The time and the nonce of signed requests: neither too old nor used before."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs import SecurityScheme
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.sign import parse_time

from .parsed_request import ClientRequest
from .violation import RequestViolation


def validate_timestamp(
    request: ClientRequest, scheme: SecurityScheme, received_at: float | None
) -> Iterator[RequestViolation]:
    """Yield a violation where the time of signing is too far from when the request came.

    `received_at` is in seconds since 1970; None where nobody knows, and then nothing is wrong.
    """
    name = SCHEMES[scheme.extension.scheme].timestamp_name
    text = request.read_value(name)
    if not text or received_at is None:
        return
    signed_at = parse_time(text)
    if signed_at is None:
        yield request.build_violation("timestamp", name, f"{name} is no time: {text!r}", subject=name)
        return
    age = received_at - signed_at.timestamp()
    skew = scheme.extension.skew
    if abs(age) > skew:
        direction = "old" if age > 0 else "in the future"
        message = f"{name} is {abs(age):.0f} s {direction}; at most {skew} s are allowed"
        yield request.build_violation("timestamp", name, message, subject=name)


def validate_nonce(
    request: ClientRequest, scheme: SecurityScheme, seen_nonces: dict[tuple[str, str], int], number: int
) -> Iterator[RequestViolation]:
    """Yield a violation where the nonce is not new.

    It is noted in `seen_nonces`, by the API's id and the nonce, with the number of the request that had it first.
    """
    name = SCHEMES[scheme.extension.scheme].nonce_name
    nonce = request.read_value(name)
    if not nonce:
        return
    key = request.api.id, nonce
    if key in seen_nonces:
        message = f"request {seen_nonces[key]} had the same nonce"
        yield request.build_violation("nonce", name, message, subject=name)
    seen_nonces.setdefault(key, number)
