"""What was signed too early or too late, and what was sent before."""

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
    summary="A request that was signed too long ago, or for later, is refused; one within the time allowed is not.",
    rationale="A signature that holds for ever can be used by whoever finds it, and one for later can be laid by.",
    remediation="Compare the time of signing with the clock, both ways, with as much leave as the document gives.",
    source=SOURCE,
    applies=require_signer(has_expiry),
)
def signing_time(subject: CheckContext) -> Iterator[Failure]:
    """A minute outside and inside of what is allowed, and a day outside."""
    for signer in select_signers(subject, has_expiry):
        yield from check_refused(signer, generate_clock_skew_cases(signer))
        inside = signer.scheme.extension.skew - CLOCK_TOLERANCE
        told = "that was signed {} minutes {}, which is allowed,"
        early = SignatureCase(told.format(inside // 60, "ago"), partial(signer.sign_at_offset, -inside))
        late = SignatureCase(told.format(inside // 60, "ahead"), partial(signer.sign_at_offset, inside))
        yield from check_accepted(signer, [early, late] if inside > 0 else [])


@active_check(
    "signature/replayed",
    summary="A request that was answered before is refused, and so is another one with its nonce.",
    rationale="Whoever saw a request could send it again, as it is signed.",
    remediation="Remember each key's nonces for as long as their time of signing is accepted.",
    source=SOURCE,
    applies=require_signer(has_expiry),
)
def replayed_request(subject: CheckContext) -> Iterator[Failure]:
    """The same bytes again; the nonce again, signed a second later."""
    for signer in select_signers(subject, has_expiry):
        yield from check_refused(signer, generate_replay_cases(signer))


def generate_clock_skew_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Times that are not allowed."""
    skew = signer.scheme.extension.skew
    for far in (skew + CLOCK_TOLERANCE, DAY) if skew else (DAY,):
        expired = signer.get_errors("expired")
        future = signer.get_errors("future")
        yield SignatureCase(
            f"that was signed {far // 60} minutes ago", partial(signer.sign_at_offset, -far), "expired", expired
        )
        yield SignatureCase(
            f"that was signed {far // 60} minutes ahead", partial(signer.sign_at_offset, far), "future", future
        )


def generate_missing_time_cases(signer: Signer) -> Iterator[SignatureCase]:
    """No time, and what is none; no nonce, where there has to be one."""
    name = signer.record.timestamp_name
    missing = signer.get_errors("missing-timestamp")
    malformed = signer.get_errors("malformed-timestamp")
    yield SignatureCase("without a time of signing", partial(sign_without, signer, name), "missing-timestamp", missing)
    yield SignatureCase(
        "with a time that is none", partial(_sign_with_malformed_time, signer, name), "malformed-timestamp", malformed
    )
    if errors := signer.get_errors("missing-nonce"):
        yield SignatureCase(
            "without a nonce", partial(sign_without, signer, signer.nonce_name), "missing-nonce", errors
        )


def generate_replay_cases(signer: Signer) -> Iterator[SignatureCase]:
    """What was sent before, and a nonce that was."""
    errors = signer.get_errors("replayed")
    yield SignatureCase("that was sent before", partial(_replay_request, signer), "replayed", errors)
    yield SignatureCase("with the nonce of another one", partial(_reuse_nonce, signer), "replayed", errors)


def _replay_request(signer: Signer) -> Request:
    request = signer.sign()
    signer.context.send(request)
    return request


def _reuse_nonce(signer: Signer) -> Request:
    moment = create_signing_context()
    signer.context.send(signer.sign(moment=moment))
    return signer.sign(moment=SigningContext(moment.time - timedelta(seconds=1), moment.nonce))


def sign_without(signer: Signer, name: str) -> Request:
    """A good request without that part, signed so."""
    made = signer.sign()
    found = find_part(made, name)
    return signer.update_signature(remove_part(made, found)) if found else made


def _sign_with_malformed_time(signer: Signer, name: str) -> Request:
    made = signer.sign()
    found = find_part(made, name)
    return signer.update_signature(replace_value(made, found, "yesterday")) if found else made
