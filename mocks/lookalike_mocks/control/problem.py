"""What is wrong with a request to the control API, said so that its sender can put it right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

# msgspec has no field for the place of an error, but ends its message so: "Expected `int` >= 0 - at `$.quota.rate`"
JSON_PATH_SUFFIX: Final = re.compile(r"(.*) - at `(\$[^`]*)`", re.DOTALL)
# one step of such a path: `.quota` (group 1), or `[…]` for whichever element
JSON_PATH_STEP: Final = re.compile(r"\.([^.\[]+)|\[")
# of what was sent, in a response of ours
MAX_QUOTED_LENGTH: Final = 300


class ControlProblem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is wrong with a request.

    `json_path` says where in the body or query, such as `$.quota.rate`; `allowed` lists the names known there, or is
    the schema of the value. For a sandbox that is not here, `reason` says why, and `base_url` where it is.
    """

    error: str
    json_path: str = ""
    allowed: list[str] | dict[str, Any] | None = None
    sandbox: str = ""
    reason: str = ""
    base_url: str = ""


class ProblemError(Exception):
    """Ends a request with this problem as its response, under this HTTP status and with these headers."""

    def __init__(self, status: int, problem: ControlProblem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.problem = problem
        self.headers = headers


def build_validation_problem(error: msgspec.ValidationError, kind: Any) -> ProblemError:
    """Return the 422 for a value that msgspec refused as a `kind`, with what would be allowed at that place."""
    message = str(error)
    json_path = "$"
    match = JSON_PATH_SUFFIX.fullmatch(message)
    if match:
        message = match[1]
        json_path = match[2]
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        ControlProblem(
            error=message[:MAX_QUOTED_LENGTH],
            json_path=json_path[:MAX_QUOTED_LENGTH],
            allowed=_describe_allowed(kind, json_path),
        ),
    )


def _describe_allowed(kind: Any, json_path: str) -> list[str] | dict[str, Any]:
    """Return the names of an object's members, or the JSON schema of anything else, at that place in a `kind`."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="{name}")
    for step in JSON_PATH_STEP.finditer(json_path):
        schema = _resolve_reference(schema, components)
        if step[1]:
            schema = schema.get("properties", {}).get(step[1], {})
        else:
            schema = schema.get("items", {})
    schema = _resolve_reference(schema, components)
    if "properties" in schema:
        return list(schema["properties"])
    return schema


def _resolve_reference(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    # `quota: Quota | None` is an anyOf of a reference and null, where the object is what its sender wants to know of
    references = [alternative for alternative in schema.get("anyOf", ()) if "$ref" in alternative]
    if len(references) == 1:
        (schema,) = references
    if "$ref" in schema:
        return components[schema["$ref"]]  # type: ignore[no-any-return]
    return schema
