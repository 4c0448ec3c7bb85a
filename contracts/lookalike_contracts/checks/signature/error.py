"""What a bad proof is refused with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ...context import CheckContext
from ...finding import Exchange, Failure
from ...registry import active_check
from .applicability import has_expiry, has_plain_credential, has_policy, select_signers
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
    summary="A bad proof is refused with the vendor's error for the way in which it is bad.",
    rationale="Clients tell a clock that is wrong from a secret that is wrong by the error alone.",
    remediation="Answer each kind of refusal with the error that the security scheme has for it, word for word.",
    source="the errors of the security schemes of each document",
)
def refusal_errors(subject: CheckContext) -> Iterator[Failure]:
    """One request for each kind of refusal; what is accepted is told by others."""
    for signer in select_signers(subject):
        yield from _check_refusal_errors(signer)


def _check_refusal_errors(signer: Signer) -> Iterator[Failure]:
    for trial in _pick_one_per_refusal(signer):
        exchange = signer.context.send(trial.make_request())
        if told := _describe_wrong_error(signer, trial, exchange):
            exchange = signer.context.send(trial.make_request())
            if told == _describe_wrong_error(signer, trial, exchange):
                yield Failure(
                    f"a request {trial.description} is {told}", "", signer.locate_rule(trial.refusal), (exchange,)
                )


def _pick_one_per_refusal(signer: Signer) -> Iterator[SignatureCase]:
    """The first trial for each kind of refusal whose error is told."""
    met: set[tuple[str, frozenset[str]]] = set()
    for trials in (*COMMON_GENERATORS, *_select_extra_generators(signer)):
        for trial in trials(signer):
            if trial.expected_errors and (trial.refusal, trial.expected_errors) not in met:
                met.add((trial.refusal, trial.expected_errors))
                yield trial


def _select_extra_generators(signer: Signer) -> tuple[CaseGenerator, ...]:
    ageing = EXPIRY_GENERATORS if has_expiry(signer) else ()
    policies: tuple[CaseGenerator, ...] = (generate_policy_cases,) if has_policy(signer) else ()
    return (*ageing, *policies, *((generate_location_cases,) if has_plain_credential(signer) else ()))


def _describe_wrong_error(signer: Signer, trial: SignatureCase, exchange: Exchange) -> str:
    """How it is refused otherwise than it has to be; "" when it is not, or is accepted."""
    reader = signer.context.classifier
    reply = exchange.response
    if reader.is_good(reply):
        return ""
    wanted = sorted(trial.expected_errors)
    found = [reader.find_mismatches(reply, error) for error in wanted]
    if not all(found):
        return ""
    return f"not refused as {' or '.join(wanted)}: {found[0][0].message}"
