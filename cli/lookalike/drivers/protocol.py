"""What is asked of a driver, and what it may answer: one JSON object on a line each."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from lookalike_specs.extensions import Refusal
from lookalike_specs.printable_text import break_workflow_commands
from lookalike_specs.signing import StageName
from lookalike_specs.vectors import Vector, VectorGroup, VectorRequest, VectorResult, VectorSuite

TaskKind = Literal["sign", "verify"]
MAX_TEXT_LENGTH: Final = 200
MAX_QUOTED_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Task:
    """One question to a driver, with the vector that it is about; `body` is what the driver gets to see of that."""

    id: str
    kind: TaskKind
    scheme: str
    group: VectorGroup
    vector: Vector
    body: dict[str, Any]

    @property
    def line(self) -> bytes:
        """The task as a line of JSON."""
        return msgspec.json.encode({"id": self.id, "task": self.kind, "scheme": self.scheme, **self.body}) + b"\n"


class DriverResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. To `sign`: `stages`, `signature` at least, and perhaps the signed request; to `verify`: `result`."""

    id: str
    stages: dict[StageName, str] = {}
    request: VectorRequest | None = None
    result: VectorResult | None = None
    refusal: Refusal | None = None
    unsupported: str | None = None


@dataclass(eq=False)
class MalformedResponse(Exception):
    """What came is no answer to the task."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def parse_response(task: Task, line: bytes) -> DriverResponse:
    """Return the answer that a line is. Raise MalformedResponse."""
    # PowerShell puts a BOM before the first line that it writes into a pipe
    line = line.removeprefix(BOM_UTF8)
    try:
        response = msgspec.json.decode(line, type=DriverResponse)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        quoted = line[:MAX_QUOTED_LENGTH].decode("utf-8", "replace").strip()
        raise MalformedResponse(f"sent what is no answer, {quoted!r} ({sanitize_text(str(error))})") from error
    if response.id != task.id:
        raise MalformedResponse(f"answered with the id {response.id[:MAX_QUOTED_LENGTH]!r}")
    if response.unsupported is not None:
        return response
    if task.kind == "sign" and "signature" not in response.stages:
        raise MalformedResponse("gave no stages.signature")
    if task.kind == "verify" and not response.result:
        raise MalformedResponse("gave no result")
    return response


def sanitize_text(text: str) -> str:
    """Return what a driver says, fit for a line on a terminal: short, and without escape sequences."""
    line = " ".join(text.split())[:MAX_TEXT_LENGTH]
    printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    return break_workflow_commands(printable)


def generate_tasks(suite: VectorSuite) -> Iterator[Task]:
    """Yield all that can be asked about a scheme: to sign what is valid, and for a verdict on every request."""
    for group, vector in suite.cases:
        bodies: dict[TaskKind, dict[str, Any]] = {"verify": _build_verify_body(group, vector)}
        if vector.sign is not None:
            bodies = {"sign": _build_sign_body(group, vector), **bodies}
        for kind, body in bodies.items():
            yield Task(f"{suite.scheme}/{vector.tc_id}/{kind}", kind, suite.scheme, group, vector, body)


def _build_sign_body(group: VectorGroup, vector: Vector) -> dict[str, Any]:
    return {"credentials": group.credentials, "clock": vector.clock or group.clock, **msgspec.to_builtins(vector.sign)}


def _build_verify_body(group: VectorGroup, vector: Vector) -> dict[str, Any]:
    """Return the request and what was seen before it, each with its clock; no verdicts, which would tell the answer."""
    body: dict[str, Any] = {"credentials": group.credentials, "clock": vector.clock or group.clock}
    if group.skew is not None:
        body["skew"] = group.skew
    body["before"] = [
        {"clock": earlier.clock, "request": msgspec.to_builtins(earlier.request)} for earlier in vector.before
    ]
    body["request"] = msgspec.to_builtins(vector.request)
    return body
