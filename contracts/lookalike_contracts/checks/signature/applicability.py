"""Which of an operation's security schemes a check looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...context import CheckContext
from .signer import Signer

SignerPredicate = Callable[[Signer], bool]
SOURCE: Final = "the security schemes of each document"


def select_signers(context: CheckContext, fits: SignerPredicate = lambda _: True) -> tuple[Signer, ...]:
    """Return the schemes that fit: all of them at an API's first operation, one at each other operation, in turn.

    A gateway verifies in one place for all operations. Aliyun has four schemes at eight operations: with all of them
    everywhere a run would take four times as long, and find the same.
    """
    fitting = tuple(signer for signer in list_signers(context) if fits(signer))
    position = [operation.id for operation in context.api.operations].index(context.operation.id)
    if position == 0 or not fitting:
        return fitting
    return (fitting[position % len(fitting)],)


def list_signers(context: CheckContext) -> tuple[Signer, ...]:
    """Return one for each scheme whose proof can be forged; none where nobody has to prove anything."""
    if any(scheme.extension.scheme == "none" for scheme in context.schemes):
        return ()
    # of several proofs that are needed together, and of cookies, no forgeries are made
    return tuple(
        Signer(context, scheme)
        for scheme in context.schemes
        if scheme.extension.scheme != "all" and scheme.location in ("query", "header")
    )


def has_any_signer(context: CheckContext) -> bool:
    """Tell whether the operation has a scheme whose proof can be forged."""
    return bool(list_signers(context))


def require_signer(fits: SignerPredicate) -> Callable[[CheckContext], bool]:
    """Return a predicate: does an operation have a scheme that fits?"""
    return lambda context: bool(select_signers(context, fits))


def has_signature(signer: Signer) -> bool:
    """Tell whether the scheme signs anything."""
    return signer.record.has_signature


def has_plain_credential(signer: Signer) -> bool:
    """Tell whether the credential itself is sent, and nothing is signed."""
    return not signer.record.has_signature


def has_secret(signer: Signer) -> bool:
    """Tell whether there is a secret besides the key."""
    return bool(signer.record.secret_name)


def has_parameters(signer: Signer) -> bool:
    """Tell whether the scheme signs parameters, one by one."""
    return has_signature(signer) and bool(signer.locations)


def has_body(signer: Signer) -> bool:
    """Tell whether the scheme signs the body of a form."""
    return has_signature(signer) and "form" in signer.locations


def has_policy(signer: Signer) -> bool:
    """Tell whether a policy is all that the scheme signs."""
    return bool(signer.record.signed_field)


def has_scheme_fields(signer: Signer) -> bool:
    """Tell whether requests name the algorithm or the version of their signature."""
    return bool(signer.record.fixed_fields)


def has_covered_headers(signer: Signer) -> bool:
    """Tell whether requests name the headers that they sign, and the document has an error for too short a list."""
    return signer.record.covered_headers is not None and "unsigned-header" in signer.scheme.extension.errors


def has_expiry(signer: Signer) -> bool:
    """Tell whether a signature is valid only for some time, and only once."""
    return signer.record.expires
