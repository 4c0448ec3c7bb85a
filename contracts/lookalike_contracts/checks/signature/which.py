"""Which of an operation's schemes a check looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lookalike_specs.proof import PROOFS
from lookalike_specs.signing import SCHEMES, oss_policy

from ...subject import Subject
from .signer import Signer

Fits = Callable[[Signer], bool]
SOURCE: Final = "the security schemes of each document"


def signers(subject: Subject, fits: Fits = lambda _: True) -> tuple[Signer, ...]:
    """Those that fit: all, at an API's first operation; at the others one each, in turn."""
    fitting = tuple(found for found in (Signer(subject, scheme) for scheme in subject.schemes) if fits(found))
    at = [operation.id for operation in subject.api.operations].index(subject.operation.id)
    return fitting if at == 0 or not fitting else (fitting[at % len(fitting)],)


def having(fits: Fits) -> Callable[[Subject], bool]:
    """Whether an operation has one that fits."""
    return lambda subject: bool(signers(subject, fits))


def signs(signer: Signer) -> bool:
    """Whether it has a signature."""
    return signer.kind in SCHEMES


def is_sent(signer: Signer) -> bool:
    """Whether the credential itself travels, and nothing is signed."""
    return signer.kind not in SCHEMES


def has_secret(signer: Signer) -> bool:
    """Whether there is a secret besides the key."""
    return bool(PROOFS[signer.kind].secret)


def has_parameters(signer: Signer) -> bool:
    """Whether it signs parameters, one by one."""
    return signs(signer) and bool(signer.places)


def has_body(signer: Signer) -> bool:
    """Whether it signs what is in a form."""
    return signs(signer) and "form" in signer.places


def has_policy(signer: Signer) -> bool:
    """Whether a policy is all that it signs."""
    return signer.kind == oss_policy.SCHEME


def has_words(signer: Signer) -> bool:
    """Whether requests name how they were signed."""
    return bool(signer.anatomy.words)


def ages(signer: Signer) -> bool:
    """Whether what it signs holds for a while, and once."""
    return PROOFS[signer.kind].ages
