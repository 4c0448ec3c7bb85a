"""What is wrong with a request to the control API, told so that its sender can put it right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

JSON_PATH_SUFFIX: Final = re.compile(r"(.*) - at `(\$[^`]*)`", re.DOTALL)
JSON_PATH_STEP: Final = re.compile(r"\.([^.\[]+)|\[")
# of what was sent, in an answer of ours
MAX_QUOTED_LENGTH: Final = 300


class ControlProblem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`at` is where in body or query, as `$.quota.rate`; `allowed` the names known there, or the value's schema.

    Of a sandbox that is not here, `reason` says why, and `base_url` where it is.
    """

    error: str
    json_path: str = ""
    allowed: list[str] | dict[str, Any] | None = None
    sandbox: str = ""
    reason: str = ""
    base_url: str = ""


class ProblemError(Exception):
    """The answer is this problem, with this HTTP status and these headers."""

    def __init__(self, status: int, problem: ControlProblem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.problem = problem
        self.headers = headers


def build_validation_problem(found: msgspec.ValidationError, kind: Any) -> ProblemError:
    """What msgspec says of a value that is not of that kind, with what would be allowed there."""
    told = str(found)
    match = JSON_PATH_SUFFIX.fullmatch(told)
    error, at = (match[1], match[2]) if match else (told, "$")
    return ProblemError(
        422,
        ControlProblem(
            error=error[:MAX_QUOTED_LENGTH], json_path=at[:MAX_QUOTED_LENGTH], allowed=_describe_allowed(kind, at)
        ),
    )


def _describe_allowed(kind: Any, at: str) -> list[str] | dict[str, Any]:
    """The names of an object's members, or the schema of what is no object."""
    (node,), known = msgspec.json.schema_components([kind], ref_template="{name}")
    for step in JSON_PATH_STEP.finditer(at):
        node = _resolve_reference(node, known)
        node = node.get("properties", {}).get(step[1], {}) if step[1] else node.get("items", {})
    node = _resolve_reference(node, known)
    return list(node["properties"]) if "properties" in node else node


def _resolve_reference(node: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What a reference, or the one object among alternatives, stands for."""
    inner = [each for each in node.get("anyOf", ()) if "$ref" in each]
    found: dict[str, Any] = inner[0] if len(inner) == 1 else node
    return known[found["$ref"]] if "$ref" in found else found
