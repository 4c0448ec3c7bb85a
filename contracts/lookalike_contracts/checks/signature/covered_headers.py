"""A signature covers every header that it has to, where requests say themselves which headers they sign."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lookalike_specs.messages import Request
from lookalike_specs.signing.sign import accepts_unsigned_headers

from ...context import CheckContext
from ...finding import Failure
from ...registry import active_check
from .applicability import SOURCE, has_covered_headers, require_signer, select_signers
from .case import SignatureCase, check_accepted, check_refused
from .signer import Signer


@active_check(
    "signature/headers",
    summary="A signature that leaves out a header that has to be signed is refused.",
    rationale=(
        "The caller chooses what is signed. Where his list may be short, whoever has seen one request can send it again "
        "with another time, another nonce, or for another operation."
    ),
    remediation="Compare the list of signed headers with the headers that came, before the signature counts.",
    source=SOURCE,
    applies=require_signer(has_covered_headers),
)
def covered_headers(context: CheckContext) -> Iterator[Failure]:
    """Leave one header after the other out of the signature, which is right for those that are left, and nearly all."""
    for signer in select_signers(context, has_covered_headers):
        cases = generate_header_cases(signer)
        if accepts_unsigned_headers(context.variants):
            yield from check_accepted(signer, cases)
        else:
            yield from check_refused(signer, cases, every=True)


def generate_header_cases(signer: Signer) -> Iterator[SignatureCase]:
    """Yield requests with too short a list of signed headers; all of them are signed with the right secret."""
    errors = signer.get_errors("unsigned-header")
    covered = signer.record.covered_headers
    if covered is None:
        return
    required = covered.list_required(signer.sign())
    for left_out in required:
        names = tuple(name for name in required if name != left_out)
        yield SignatureCase(
            f"whose signature leaves out {left_out}",
            partial(_sign_over, signer, names),
            "unsigned-header",
            errors,
            f"/header/{left_out}",
        )
    yield SignatureCase(
        f"whose signature covers {required[0]} alone",
        partial(_sign_over, signer, required[:1]),
        "unsigned-header",
        errors,
        f"/header/{signer.signature_name}",
    )


def _sign_over(signer: Signer, names: tuple[str, ...]) -> Request:
    # signed first, as the time and the nonce are to be there, and then anew over fewer headers
    request = signer.sign()
    covered = signer.record.covered_headers
    if covered is None:
        return request
    return covered.sign_over(request, names, signer.secret)
