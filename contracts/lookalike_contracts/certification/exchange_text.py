"""What a client sent, got and gave in a case, as texts without secrets, for reports."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from lookalike_specs.redaction import Redactor, list_environment_secrets

from ..finding import Exchange
from ..reports.exchange_text import MessageText, build_exchange_text
from ..reproduction.secrets import build_redactor
from ..reproduction.text import redact_text, truncate_bytes
from .case import ClientOutcome

# of a client that tries again: the first exchange, and the last two
MAX_EXCHANGES: Final = 3
MAX_HEAD_BYTES: Final = 1_500
MAX_BODY_BYTES: Final = 3_000
# of a case that passed, which few will open
MAX_PASSED_BODY_BYTES: Final = 600
MAX_ANSWER_BYTES: Final = 400


class CaseMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request or a response: its first line and its headers, and its body."""

    head: str
    body: str = ""


class CaseExchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request of the client, and the response to it; `number` counts the client's requests from 1."""

    number: int
    request: CaseMessage
    response: CaseMessage


def build_outcome_redactor(outcome: ClientOutcome) -> Redactor:
    """Return what covers the secrets of the case's account, those in what the client sent and got, and our variables'.

    A client that reads the environment itself may send a real key, or say it, in place of the sandbox's.
    """
    exchanges = [Exchange(exchange.request, exchange.response) for exchange in outcome.exchanges]
    environment_redactor = Redactor(list_environment_secrets(os.environ))
    return build_redactor(outcome.api, dict(outcome.secrets), exchanges, environment_redactor)


def describe_exchanges(outcome: ClientOutcome, redactor: Redactor, *, has_passed: bool) -> tuple[CaseExchange, ...]:
    """Return the client's exchanges, three at most, without what the redactor covers, and bounded."""
    max_body_bytes = MAX_BODY_BYTES
    if has_passed:
        max_body_bytes = MAX_PASSED_BODY_BYTES
    numbered = list(enumerate(outcome.exchanges, start=1))
    if len(numbered) > MAX_EXCHANGES:
        numbered = [numbered[0], *numbered[1 - MAX_EXCHANGES :]]
    exchanges = []
    for number, exchange in numbered:
        text = build_exchange_text(Exchange(exchange.request, exchange.response), "", redactor)
        request = _bound_message(text.request, max_body_bytes)
        exchanges.append(CaseExchange(number, request, _bound_message(text.response, max_body_bytes)))
    return tuple(exchanges)


def describe_answer(outcome: ClientOutcome, redactor: Redactor) -> str:
    """Return what the client gave its caller, such as `10 items of 412`, or its error."""
    response = outcome.response
    if response is None:
        return _clean(f"no answer: {outcome.words or outcome.problem}", redactor)
    if response.unsupported is not None:
        return _clean(f"cannot do it: {response.unsupported}", redactor)
    if response.error is not None:
        words = ": ".join(filter(None, (response.error.kind, response.error.message)))
        return _clean(f"the error {words}", redactor)
    if response.image is not None:
        return _clean(f"the image {response.image}", redactor)
    if response.items is None:
        return "success"
    text = f"{len(response.items)} items"
    if response.total is not None:
        text += f" of {response.total}"
    return text


def _clean(text: str, redactor: Redactor) -> str:
    return truncate_bytes(redact_text(text, redactor), MAX_ANSWER_BYTES)


def _bound_message(message: MessageText, max_body_bytes: int) -> CaseMessage:
    return CaseMessage(truncate_bytes(message.head, MAX_HEAD_BYTES), truncate_bytes(message.body, max_body_bytes))
