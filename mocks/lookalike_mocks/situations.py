"""Everything that an API can answer, and what brings it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from lookalike_specs import Api, Operation
from lookalike_specs.client_guidance import GuidanceSummary, summarize_guidance
from lookalike_specs.extensions import ErrorCode
from lookalike_specs.faults import FAULT_TYPES


class SituationTrigger(msgspec.Struct, frozen=True, rename={"location": "in"}):
    """A value that brings a situation, and the credential or the parameter that it stands in."""

    location: Literal["credential", "parameter"]
    name: str
    value: str


class SituationDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What an API can answer.

    `status` is the one on the wire under the default variants, null for a fault; `reproduce` says how to get it by
    itself, `triggers` are values that bring it, `prefer` is the header `Prefer` that does. `operations` are the
    operations that can be in it. `client` is what an error or a fault asks of a client.
    """

    id: str
    kind: Literal["answer", "error", "fault"]
    status: int | None = None
    code: int | str | None = None
    message: str = ""
    description: str = ""
    reproduce: str = ""
    operations: list[str]
    triggers: list[SituationTrigger]
    prefer: str
    client: GuidanceSummary | None = None

    def __repr__(self) -> str:
        """Return what fits into the first line of a failing test."""
        text = f"{self.id}: {self.kind}"
        if self.status is not None:
            text += f", HTTP {self.status}"
        return f"<{text}>"


def iter_situations(api: Api) -> Iterator[SituationDetails]:
    """Yield the situations that are not errors, then the catalogue of errors, then the faults."""
    for name, success in api.root.situations.items():
        yield SituationDetails(
            id=f"{api.id}/{name}",
            kind="answer",
            status=200,
            description=success.description,
            reproduce=success.reproduce,
            operations=[operation.id for operation in find_operations(api, name)],
            triggers=_list_triggers(api, name),
            prefer=f"example={api.id}/{name}",
        )
    for name, error in api.root.errors.items():
        yield SituationDetails(
            id=f"{api.id}/{name}",
            kind="error",
            status=_find_status(api, error),
            code=error.code,
            message=error.message,
            description=error.description,
            reproduce=error.reproduce,
            operations=[operation.id for operation in find_operations(api, name)],
            triggers=_list_triggers(api, name),
            prefer=f"example={api.id}/{name}",
            client=summarize_guidance(error.client),
        )
    for name, fault in FAULT_TYPES.items():
        yield SituationDetails(
            id=f"{api.id}/{name}",
            kind="fault",
            description=fault.description,
            operations=[operation.id for operation in find_operations(api, name)],
            triggers=_list_triggers(api, name),
            prefer=f"example={api.id}/{name}",
            client=summarize_guidance(fault.client),
        )


def find_operations(api: Api, name: str) -> list[Operation]:
    """Return the operations that can be in a situation, by its short id; a fault can happen to any."""
    if name in FAULT_TYPES:
        return list(api.operations)
    return [operation for operation in api.operations if name in api.list_situations(operation)]


def _list_triggers(api: Api, name: str) -> list[SituationTrigger]:
    """Return the values that bring a situation: of parameters, those that an operation takes which can be in it."""
    parameters = {field.name for operation in find_operations(api, name) for field in operation.fields}
    triggers = []
    for trigger in api.root.triggers:
        value = trigger.template.replace("{situation}", name)
        if trigger.credential:
            triggers.append(SituationTrigger("credential", trigger.credential, value))
        elif trigger.parameter in parameters:
            triggers.append(SituationTrigger("parameter", trigger.parameter, value))
    return triggers


def _find_status(api: Api, error: ErrorCode) -> int:
    """Return the HTTP status of an error under the default variants."""
    name = error.error_format
    if not name:
        variant = api.root.variants.get("error-format")
        name = api.root.default_error_format
        if variant is not None:
            name = variant.default
    error_format = api.root.error_formats[name]
    # a format says the status itself (200 for all, at some vendors), or has a placeholder for the error's
    if isinstance(error_format.status, str):
        return error.status
    return error_format.status
