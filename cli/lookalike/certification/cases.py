"""Which situations a client is put into, and what it has to do in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lookalike_contracts.certification.case import ClientCase, Expectation
from lookalike_mocks.situations import SituationDetails, iter_situations
from lookalike_specs import Api, Operation
from lookalike_specs.provenance import Source

# What a client can make of a fault of the connection. Some of them are merely slow; the others leave no answer.
FAULT_EXPECTATIONS: Final[Mapping[str, Expectation]] = {
    "latency": "items",
    "slow-body": "items",
    "reset-before": "failure",
    "reset-inside": "failure",
    "truncated-body": "failure",
    "wrong-content-length": "failure",
    "malformed-chunk": "failure",
    "malformed-json": "failure",
    "html-502": "failure",
}
# nobody has to document that connections break, and every client meets it
NETWORK: Final = Source("documented", "RFC 9110 and RFC 9112: a message that is not whole is none")
ORDINARY: Final = Source("documented", "the API's document")


def find_search_operation(api: Api) -> Operation | None:
    """Return the operation that a client searches by; None where the API has none.

    It is the first whose good responses have a list of items.
    """
    for operation in api.operations:
        if operation.extension.invariants.items:
            return operation
    return None


def list_cases(api: Api, operation: Operation) -> list[ClientCase]:
    """Return the cases of an operation: an ordinary answer, and each situation that it can be in."""
    return [ClientCase(api.id, operation.id, "", "items", ORDINARY), *_iter_situation_cases(api, operation)]


def _iter_situation_cases(api: Api, operation: Operation) -> Iterator[ClientCase]:
    for situation in iter_situations(api):
        name = situation.id.partition("/")[2]
        if operation.id not in situation.operations:
            continue
        if situation.kind == "fault" and name not in FAULT_EXPECTATIONS:
            continue
        expectation, source = _find_expectation(api, situation, name)
        yield ClientCase(api.id, operation.id, name, expectation, source)


def _find_expectation(api: Api, situation: SituationDetails, name: str) -> tuple[Expectation, Source]:
    if situation.kind == "error":
        return "failure", api.find_error_provenance(name)
    if situation.kind == "fault":
        return FAULT_EXPECTATIONS[name], NETWORK
    return "items", ORDINARY
