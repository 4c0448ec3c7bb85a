"""Everything that an API can answer, and what brings it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from lookalike_specs import Api
from lookalike_specs.extensions import ErrorCode

from .faults import FAULTS


class SituationTrigger(msgspec.Struct, frozen=True, rename={"location": "in"}):
    """A value that brings a situation, and the credential or the parameter that it stands in."""

    location: Literal["credential", "parameter"]
    name: str
    value: str


class SituationDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What an API can answer.

    `status` is the one on the wire under the default variants, null for a fault; `reproduce` says how to get it by
    itself, `triggers` are values that bring it, `prefer` is the header `Prefer` that does.
    """

    id: str
    kind: Literal["answer", "error", "fault"]
    status: int | None = None
    code: int | str | None = None
    message: str = ""
    description: str = ""
    reproduce: str = ""
    triggers: list[SituationTrigger]
    prefer: str


def iter_situations(api: Api) -> Iterator[SituationDetails]:
    """Those that are not errors, then the catalogue of errors, then the faults."""
    for name, fine in api.root.situations.items():
        yield _build_details(
            api, name, kind="answer", status=200, description=fine.description, reproduce=fine.reproduce
        )
    for name, wrong in api.root.errors.items():
        told = {
            "code": wrong.code,
            "message": wrong.message,
            "description": wrong.description,
            "reproduce": wrong.reproduce,
        }
        yield _build_details(api, name, kind="error", status=_find_status(api, wrong), **told)
    for name, description in FAULTS.items():
        yield _build_details(api, name, kind="fault", description=description)


def _build_details(api: Api, name: str, **told: Any) -> SituationDetails:
    """A situation, and what in a request brings it."""
    found = f"{api.id}/{name}"
    return SituationDetails(id=found, triggers=list(_find_triggers(api, name)), prefer=f"example={found}", **told)


def _find_triggers(api: Api, name: str) -> Iterator[SituationTrigger]:
    """Those that an operation takes which can be in that situation."""
    only = api.root.errors[name].operations if name in api.root.errors else []
    able = [operation for operation in api.operations if not only or operation.id in only]
    taken = {field.name for operation in able for field in operation.fields}
    for magic in api.root.triggers:
        if magic.parameter and magic.parameter not in taken:
            continue
        value = magic.template.replace("{situation}", name)
        yield SituationTrigger(
            "credential" if magic.credential else "parameter", magic.credential or magic.parameter, value
        )


def _find_status(api: Api, error: ErrorCode) -> int:
    """The HTTP status on the wire under the default variants."""
    switch = api.root.variants.get("error-format")
    transport = api.root.error_formats[
        error.error_format or (switch.default if switch else api.root.default_error_format)
    ]
    return error.status if isinstance(transport.status, str) else transport.status
