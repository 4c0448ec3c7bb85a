"""The error that a bad signature or credential is refused with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ...context import CheckContext
from ...finding import Exchange, Failure
from ...registry import active_check
from .applicability import has_expiry, has_plain_credential, has_policy, list_signers, select_signers
from .case import SignatureCase
from .comparison import generate_scheme_field_cases
from .credentials import generate_key_cases, generate_location_cases, generate_missing_cases, generate_secret_cases
from .policy import generate_policy_cases
from .replay import generate_clock_skew_cases, generate_missing_time_cases, generate_replay_cases
from .signer import Signer
from .tampering import generate_body_cases

CaseGenerator = Callable[[Signer], Iterator[SignatureCase]]
COMMON_GENERATORS: Final[tuple[CaseGenerator, ...]] = (
    generate_missing_cases,
    generate_key_cases,
    generate_secret_cases,
    generate_scheme_field_cases,
    generate_body_cases,
)
EXPIRY_GENERATORS: Final[tuple[CaseGenerator, ...]] = (
    generate_clock_skew_cases,
    generate_missing_time_cases,
    generate_replay_cases,
)


@active_check(
    "signature/error",
    summary="A bad signature is refused with the vendor's error for what is bad about it.",
    rationale="Clients tell a wrong clock from a wrong secret by the error alone.",
    remediation="Answer each kind of refusal with the error that the security scheme has for it, word for word.",
    source="the errors of the security schemes of each document",
    applies=lambda context: bool(list_signers(context)),
)
def refusal_errors(context: CheckContext) -> Iterator[Failure]:
    """Send one request for each kind of refusal; a request that is accepted is for other checks to report."""
    for signer in select_signers(context):
        for case in _pick_one_per_refusal(signer):
            yield from _check_refusal_error(signer, case)


def _check_refusal_error(signer: Signer, case: SignatureCase) -> Iterator[Failure]:
    description = _describe_wrong_error(signer, case, signer.context.send(case.make_request()))
    if not description:
        return
    exchange = signer.context.send(case.make_request())
    if description == _describe_wrong_error(signer, case, exchange):
        message = f"a request {case.description} is {description}"
        premises = tuple(_list_broken_facts(signer, case, exchange))
        yield Failure(message, "", signer.locate_error(case.refusal), (exchange,), premises)


def _list_broken_facts(signer: Signer, case: SignatureCase, exchange: Exchange) -> Iterator[str]:
    """Yield of each error that would be right the surest fact that the answer breaks."""
    for error in sorted(case.expected_errors):
        mismatch = signer.context.classifier.find_surest_mismatch(exchange.response, error)
        if mismatch is not None:
            yield mismatch.rule
            yield from mismatch.premises


def _pick_one_per_refusal(signer: Signer) -> Iterator[SignatureCase]:
    """Yield the first case for each kind of refusal whose error is known."""
    picked: set[tuple[str, frozenset[str]]] = set()
    for generate_cases in (*COMMON_GENERATORS, *_select_extra_generators(signer)):
        for case in generate_cases(signer):
            kind = (case.refusal, case.expected_errors)
            if case.expected_errors and kind not in picked:
                picked.add(kind)
                yield case


def _select_extra_generators(signer: Signer) -> list[CaseGenerator]:
    generators: list[CaseGenerator] = []
    if has_expiry(signer):
        generators += EXPIRY_GENERATORS
    if has_policy(signer):
        generators.append(generate_policy_cases)
    if has_plain_credential(signer):
        generators.append(generate_location_cases)
    return generators


def _describe_wrong_error(signer: Signer, case: SignatureCase, exchange: Exchange) -> str:
    """Return how the refusal differs from the expected one; "" when it does not, or the request is accepted."""
    classifier = signer.context.classifier
    if classifier.is_good(exchange.response):
        return ""
    expected = sorted(case.expected_errors)
    mismatches = [classifier.find_mismatches(exchange.response, error) for error in expected]
    # an error without a mismatch is the one that came
    if not all(mismatches):
        return ""
    return f"not refused as {' or '.join(expected)}: {mismatches[0][0].message}"
