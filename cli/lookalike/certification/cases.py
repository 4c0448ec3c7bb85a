"""Which situations a client is put into, and what it has to do in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lookalike_contracts.certification.case import KNOWN_CA, PARALLEL, UNKNOWN_CA, ClientCase, Expectation
from lookalike_contracts.certification.protocol import TaskName
from lookalike_mocks.situations import SituationDetails, iter_situations
from lookalike_specs import Api, Operation
from lookalike_specs.api import SecurityScheme
from lookalike_specs.provenance import Source
from lookalike_specs.signing import SCHEMES

from .page_scripts import list_page_scripts
from .wire_server import WIRE_ANSWERS

# The end of an image's address. In the first each letter has to come as it is; the others have letters that no URL has,
# which a client may encode before it sends them.
IMAGE_NAMES: Final[Mapping[str, str]] = {
    "text:percent": "%E5%9B%BE%20%2B1%25.jpg",
    "text:plus": "a+b.jpg",
    "text:query": "a.jpg?size=1&name=%26b=c;d",
    "text:chinese": "图片.jpg",
    "text:emoji": "😀👩‍👧.jpg",
}
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
WIRE_SOURCES: Final[Mapping[str, Source]] = {
    "wire:redirect": Source(
        "documented", "RFC 9110, 15.4: a redirect says that more is needed before there is an answer"
    )
}
ORDINARY: Final = Source("documented", "the API's document")


# what a task that went well gives
TASK_EXPECTATIONS: Final[Mapping[TaskName, Expectation]] = {"search": "items", "search-all": "items", "upload": "image"}


def list_task_operations(api: Api, task: TaskName) -> list[Operation]:
    """Return the operations that a client may do a task by, which are told by what their good responses have.

    One searches by those with a list of items; one uploads by those that say what they call an image.
    """
    if task == "upload":
        return [operation for operation in api.operations if operation.extension.invariants.uploaded_image]
    return [operation for operation in api.operations if operation.extension.invariants.items]


def list_cases(api: Api) -> list[ClientCase]:
    """Return the cases of an API: each task with an ordinary answer, and in each situation that it can be in."""
    return [
        *_iter_task_cases(api, "search"),
        *_iter_text_cases(api),
        *_iter_wire_cases(api),
        *_iter_answer_cases(api),
        *_iter_page_cases(api),
        *_iter_task_cases(api, "upload"),
    ]


def _iter_wire_cases(api: Api) -> Iterator[ClientCase]:
    """Yield the cases in which the server is none of the API's."""
    for operation in list_task_operations(api, "search")[:1]:
        for script in (*WIRE_ANSWERS, UNKNOWN_CA):
            source = WIRE_SOURCES.get(script, NETWORK)
            yield ClientCase(api.id, operation.id, "", "failure", source, script=script)
        yield ClientCase(api.id, operation.id, "", "any", NETWORK, script=KNOWN_CA)


def _iter_task_cases(api: Api, task: TaskName) -> Iterator[ClientCase]:
    """Yield the cases of a task that is done by one request."""
    operations = list_task_operations(api, task)
    if not operations:
        return
    # a client may choose another of them, and then meets the same
    operation_id = operations[0].id
    yield ClientCase(api.id, operation_id, "", TASK_EXPECTATIONS[task], ORDINARY, task)
    for situation in iter_situations(api):
        name = situation.id.partition("/")[2]
        if operation_id not in situation.operations:
            continue
        if situation.kind == "fault" and name not in FAULT_EXPECTATIONS:
            continue
        expectation, source = _find_expectation(api, situation, name)
        if expectation != "failure":
            expectation = TASK_EXPECTATIONS[task]
        yield ClientCase(api.id, operation_id, name, expectation, source, task)


def _iter_text_cases(api: Api) -> Iterator[ClientCase]:
    """Yield the cases whose image has an address that is not easily sent. What the API makes of it does not matter."""
    for operation in list_task_operations(api, "search")[:1]:
        for script in IMAGE_NAMES:
            yield ClientCase(api.id, operation.id, "", "any", ORDINARY, script=script)
        if any(SCHEMES[scheme.extension.scheme].nonce_name for scheme in _iter_schemes(operation)):
            yield ClientCase(api.id, operation.id, "", "any", ORDINARY, script=PARALLEL)


def _iter_schemes(operation: Operation) -> Iterator[SecurityScheme]:
    for scheme in operation.schemes:
        yield scheme
        yield from scheme.parts


def _iter_answer_cases(api: Api) -> Iterator[ClientCase]:
    """Yield the cases in which a client gets one edited answer after the other."""
    for operation in list_task_operations(api, "search")[:1]:
        yield ClientCase(api.id, operation.id, "", "items", ORDINARY, script="answers:allowed")
        yield ClientCase(api.id, operation.id, "", "failure", ORDINARY, script="answers:forbidden")


def _iter_page_cases(api: Api) -> Iterator[ClientCase]:
    """Yield the cases in which a client reads all pages."""
    for operation in list_task_operations(api, "search-all")[:1]:
        for script in list_page_scripts(operation):
            yield ClientCase(api.id, operation.id, "", "items", ORDINARY, "search-all", script)


def _find_expectation(api: Api, situation: SituationDetails, name: str) -> tuple[Expectation, Source]:
    if situation.kind == "error":
        return "failure", api.find_error_provenance(name)
    if situation.kind == "fault":
        return FAULT_EXPECTATIONS[name], NETWORK
    return "items", ORDINARY
