"""Which of an operation's schemes a check looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...context import CheckContext
from .signer import Signer

SignerPredicate = Callable[[Signer], bool]
SOURCE: Final = "the security schemes of each document"


def select_signers(subject: CheckContext, fits: SignerPredicate = lambda _: True) -> tuple[Signer, ...]:
    """Those that fit: all, at an API's first operation; at the others one each, in turn."""
    fitting = tuple(found for found in list_signers(subject) if fits(found))
    at = [operation.id for operation in subject.api.operations].index(subject.operation.id)
    return fitting if at == 0 or not fitting else (fitting[at % len(fitting)],)


def list_signers(subject: CheckContext) -> tuple[Signer, ...]:
    """Return one for each scheme whose proof can be forged; none where nobody has to prove anything."""
    kinds = {scheme.extension.scheme for scheme in subject.schemes}
    if "none" in kinds:
        return ()
    # of several proofs that are needed together, and of cookies, no forgeries are made
    return tuple(
        Signer(subject, scheme)
        for scheme in subject.schemes
        if scheme.extension.scheme != "all" and scheme.location in ("query", "header")
    )


def require_signer(fits: SignerPredicate) -> Callable[[CheckContext], bool]:
    """Whether an operation has one that fits."""
    return lambda subject: bool(select_signers(subject, fits))


def has_signature(signer: Signer) -> bool:
    """Whether it has a signature."""
    return signer.record.has_signature


def has_plain_credential(signer: Signer) -> bool:
    """Whether the credential itself travels, and nothing is signed."""
    return not signer.record.has_signature


def has_secret(signer: Signer) -> bool:
    """Whether there is a secret besides the key."""
    return bool(signer.record.secret_name)


def has_parameters(signer: Signer) -> bool:
    """Whether it signs parameters, one by one."""
    return has_signature(signer) and bool(signer.locations)


def has_body(signer: Signer) -> bool:
    """Whether it signs what is in a form."""
    return has_signature(signer) and "form" in signer.locations


def has_policy(signer: Signer) -> bool:
    """Whether a policy is all that it signs."""
    return bool(signer.record.signed_field)


def has_scheme_fields(signer: Signer) -> bool:
    """Whether requests name how they were signed."""
    return bool(signer.record.fixed_fields)


def has_expiry(signer: Signer) -> bool:
    """Whether what it signs holds for a while, and once."""
    return signer.record.expires
