"""What is asked of a driver, and what it may answer: one JSON object on a line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from lookalike_specs.extensions import Refusal
from lookalike_specs.signing import StageName
from lookalike_specs.vectors import Vector, VectorGroup, VectorRequest, VectorResult, VectorSuite

TaskKind = Literal["sign", "verify"]
MAX_TEXT_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Task:
    """One question: the vector that it is about, and what travels."""

    id: str
    kind: TaskKind
    scheme: str
    group: VectorGroup
    vector: Vector
    body: dict[str, Any]

    @property
    def line(self) -> bytes:
        """The JSON line."""
        return msgspec.json.encode({"id": self.id, "task": self.kind, "scheme": self.scheme, **self.body}) + b"\n"


class DriverResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. To `sign`: `stages`, `signature` at least, and perhaps the signed request; to `verify`: `result`."""

    id: str
    stages: dict[StageName, str] = {}
    request: VectorRequest | None = None
    result: VectorResult | None = None
    refusal: Refusal | None = None
    unsupported: str | None = None


def sanitize_text(text: str) -> str:
    """What a driver says, fit for a line on a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split())[:MAX_TEXT_LENGTH])


def generate_tasks(suite: VectorSuite) -> Iterator[Task]:
    """All that can be asked about a scheme: to sign what is valid, and for a verdict on every request."""
    for group, vector in suite.cases:
        bodies: dict[TaskKind, dict[str, Any]] = {
            "sign": _build_sign_body(group, vector),
            "verify": _build_verify_body(group, vector),
        }
        for kind, body in bodies.items():
            if body:
                yield Task(f"{suite.scheme}/{vector.tc_id}/{kind}", kind, suite.scheme, group, vector, body)


def _build_sign_body(group: VectorGroup, vector: Vector) -> dict[str, Any]:
    if vector.sign is None:
        return {}
    return {"credentials": group.credentials, "clock": vector.clock or group.clock, **msgspec.to_builtins(vector.sign)}


def _build_verify_body(group: VectorGroup, vector: Vector) -> dict[str, Any]:
    """What was seen before, and the clock then; no verdicts."""
    skew = {} if group.skew is None else {"skew": group.skew}
    return {
        "credentials": group.credentials,
        "clock": vector.clock or group.clock,
        **skew,
        "before": [{"clock": e.clock, "request": msgspec.to_builtins(e.request)} for e in vector.before],
        "request": msgspec.to_builtins(vector.request),
    }
