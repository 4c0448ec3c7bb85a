"""Requests that were signed too early or too late, and requests that were sent before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from lookalike_specs.messages import Request
from lookalike_specs.signing import SigningContext

from ...context import CheckContext, create_signing_context
from ...finding import Failure
from ...registry import active_check
from .applicability import SOURCE, has_expiry, require_signer, select_signers
from .case import SignatureCase, check_accepted, check_refused
from .request_edit import find_part, remove_part, replace_value
from .signer import Signer

# seconds that the clocks of two honest sides may differ
CLOCK_TOLERANCE: Final = 60
DAY: Final = 86_400


@active_check(
    "signature/clock",
    summary="A request signed too long ago, or for later, is refused; one within the allowed time is accepted.",
    rationale="A signature that is valid for ever can be used by whoever finds it; one for later can be kept ready.",
    remediation="Compare the time of signing with the clock, both ways, and allow the difference that the document has.",
    source=SOURCE,
    applies=require_signer(has_expiry),
)
def signing_time(context: CheckContext) -> Iterator[Failure]:
    """Sign a minute outside of what is allowed, a day outside, and a minute inside."""
    for signer in select_signers(context, has_expiry):
        yield from check_refused(signer, generate_clock_skew_cases(signer))
        yield from check_accepted(signer, _generate_allowed_skew_cases(signer))


def _generate_allowed_skew_cases(signer: Signer) -> Iterator[SignatureCase]:
    seconds = signer.scheme.extension.skew - CLOCK_TOLERANCE
    if seconds <= 0:
        return
    for direction, offset in (("ago", -seconds), ("ahead", seconds)):
        description = f"that was signed {seconds // 60} minutes {direction}, which is allowed,"
        yield SignatureCase(description, partial(signer.sign_at_offset, offset))


@active_check(
    "signature/replayed",
    summary="A request that was answered before is refused, and so is another one with its nonce.",
    rationale="Otherwise whoever saw a request could send it again, with its signature.",
    remediation="Remember each key's nonces for as long as requests signed at that time are accepted.",
    source=SOURCE,
    applies=require_signer(has_expiry),
)
def replayed_request(context: CheckContext) -> Iterator[Failure]:
    """Send the same bytes again, and the nonce again with another time of signing."""
    for signer in select_signers(context, has_expiry):
        yield from check_refused(signer, generate_replay_cases(signer))


def generate_clock_skew_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests that were signed at times that are not allowed."""
    skew = signer.scheme.extension.skew
    # where the document has no limit, only a day is surely too long
    offsets = (skew + CLOCK_TOLERANCE, DAY) if skew else (DAY,)
    expired = signer.get_errors("expired")
    future = signer.get_errors("future")
    for seconds in offsets:
        minutes = seconds // 60
        early = partial(signer.sign_at_offset, -seconds)
        late = partial(signer.sign_at_offset, seconds)
        yield SignatureCase(f"that was signed {minutes} minutes ago", early, "expired", expired)
        yield SignatureCase(f"that was signed {minutes} minutes ahead", late, "future", future)


def generate_missing_time_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests without a time, with a text for a time, and without a nonce where there has to be one."""
    timestamp = signer.record.timestamp_name
    yield SignatureCase(
        "without a time of signing",
        partial(sign_without, signer, timestamp),
        "missing-timestamp",
        signer.get_errors("missing-timestamp"),
    )
    yield SignatureCase(
        "with a time that is none",
        partial(_sign_with_malformed_time, signer, timestamp),
        "malformed-timestamp",
        signer.get_errors("malformed-timestamp"),
    )
    errors = signer.get_errors("missing-nonce")
    if errors:
        yield SignatureCase(
            "without a nonce", partial(sign_without, signer, signer.nonce_name), "missing-nonce", errors
        )


def generate_replay_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield a request that was sent before, and one whose nonce was sent before."""
    errors = signer.get_errors("replayed")
    yield SignatureCase("that was sent before", partial(_replay_request, signer), "replayed", errors)
    yield SignatureCase("with the nonce of another one", partial(_reuse_nonce, signer), "replayed", errors)


def _replay_request(signer: Signer) -> Request:
    request = signer.sign()
    # the first time is right, whatever comes back; the caller sends it the second time
    signer.context.send(request)
    return request


def _reuse_nonce(signer: Signer) -> Request:
    # another time makes another signature: a server that remembers requests, and no nonces, lets this one in
    first = create_signing_context()
    signer.context.send(signer.sign(moment=first))
    return signer.sign(moment=SigningContext(first.time - timedelta(seconds=1), first.nonce))


def sign_without(signer: Signer, name: str) -> Request:
    """Return a good request without that part, and with the signature of that."""
    request = signer.sign()
    part = find_part(request, name)
    if part is None:
        return request
    return signer.update_signature(remove_part(request, part))


def _sign_with_malformed_time(signer: Signer, name: str) -> Request:
    request = signer.sign()
    part = find_part(request, name)
    if part is None:
        return request
    return signer.update_signature(replace_value(request, part, "yesterday"))
