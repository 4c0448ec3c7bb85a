"""What was signed too early or too late, and what was sent before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from lookalike_specs.proof import PROOFS, Moment
from lookalike_specs.wire import Request

from ...finding import Broken
from ...registry import probe
from ...subject import Subject, now
from .parts import changed, part, without
from .signer import Signer
from .trial import Trial, accepted, refused
from .which import SOURCE, ages, having, signers

# seconds that the clocks of two honest sides may differ
APART: Final = 60
DAY: Final = 86_400


@probe(
    "signature/clock",
    says="A request that was signed too long ago, or for later, is refused; one within the time allowed is not.",
    why="A signature that holds for ever can be used by whoever finds it, and one for later can be laid by.",
    how="Compare the time of signing with the clock, both ways, with as much leave as the document gives.",
    source=SOURCE,
    applies=having(ages),
)
def clock(subject: Subject) -> Iterator[Broken]:
    """A minute outside and inside of what is allowed, and a day outside."""
    for signer in signers(subject, ages):
        yield from refused(signer, clock_trials(signer))
        inside = signer.scheme.extension.skew - APART
        told = "that was signed {} minutes {}, which is allowed,"
        early = Trial(told.format(inside // 60, "ago"), partial(signer.at, -inside))
        late = Trial(told.format(inside // 60, "ahead"), partial(signer.at, inside))
        yield from accepted(signer, [early, late] if inside > 0 else [])


@probe(
    "signature/replayed",
    says="A request that was answered before is refused, and so is another one with its nonce.",
    why="Whoever saw a request could send it again, as it is signed.",
    how="Remember each key's nonces for as long as their time of signing is accepted.",
    source=SOURCE,
    applies=having(ages),
)
def replayed(subject: Subject) -> Iterator[Broken]:
    """The same bytes again; the nonce again, signed a second later."""
    for signer in signers(subject, ages):
        yield from refused(signer, replay_trials(signer))


def clock_trials(signer: Signer) -> Iterator[Trial]:
    """Times that are not allowed."""
    skew = signer.scheme.extension.skew
    for far in (skew + APART, DAY) if skew else (DAY,):
        expired, future = signer.errors("expired"), signer.errors("future")
        yield Trial(f"that was signed {far // 60} minutes ago", partial(signer.at, -far), "expired", expired)
        yield Trial(f"that was signed {far // 60} minutes ahead", partial(signer.at, far), "future", future)


def time_trials(signer: Signer) -> Iterator[Trial]:
    """No time, and what is none; no nonce, where there has to be one."""
    name = PROOFS[signer.kind].timestamp
    missing, malformed = signer.errors("missing-timestamp"), signer.errors("malformed-timestamp")
    yield Trial("without a time of signing", partial(lacking, signer, name), "missing-timestamp", missing)
    yield Trial("with a time that is none", partial(_yesterday, signer, name), "malformed-timestamp", malformed)
    if errors := signer.errors("missing-nonce"):
        yield Trial("without a nonce", partial(lacking, signer, signer.nonce), "missing-nonce", errors)


def replay_trials(signer: Signer) -> Iterator[Trial]:
    """What was sent before, and a nonce that was."""
    errors = signer.errors("replayed")
    yield Trial("that was sent before", partial(_again, signer), "replayed", errors)
    yield Trial("with the nonce of another one", partial(_nonce_again, signer), "replayed", errors)


def _again(signer: Signer) -> Request:
    request = signer.signed()
    signer.subject.send(request)
    return request


def _nonce_again(signer: Signer) -> Request:
    moment = now()
    signer.subject.send(signer.signed(moment=moment))
    return signer.signed(moment=Moment(moment.time - timedelta(seconds=1), moment.nonce))


def lacking(signer: Signer, name: str) -> Request:
    """A good request without that part, signed so."""
    made = signer.signed()
    found = part(made, name)
    return signer.resigned(without(made, found)) if found else made


def _yesterday(signer: Signer, name: str) -> Request:
    made = signer.signed()
    found = part(made, name)
    return signer.resigned(changed(made, found, "yesterday")) if found else made
