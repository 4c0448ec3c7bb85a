"""Holds a driver's answer to a vector: which stage first differs, at which byte; which verdict is another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from lookalike_specs.signing import (
    SIGNATURE_ALGORITHMS,
    STAGE_NAMES,
    MalformedCredential,
    Stage,
    Stages,
    find_first_difference,
)
from lookalike_specs.vectors import VectorRequest, to_request

from .protocol import DriverResponse, Task, sanitize_text

TaskOutcome = Literal["same", "differs", "not-tested"]
CONTEXT_LENGTH: Final = 24


@dataclass(frozen=True, slots=True)
class DriverDifference:
    """Where two texts part: the stage, the UTF-8 byte, what is the same just before it, and how each goes on."""

    stage: str
    byte: int
    before: str
    expected: str
    driver: str


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What came of one task; `told` says it in a line."""

    id: str
    kind: str
    scheme: str
    tc_id: int
    comment: str
    flags: tuple[str, ...]
    outcome: TaskOutcome
    message: str = ""
    difference: DriverDifference | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = ("id", "scheme", "tc_id", "comment", "message")
        found: dict[str, Any] = {"tcId" if name == "tc_id" else name: getattr(self, name) for name in named}
        part = self.difference
        at = {} if part is None else {name: getattr(part, name) for name in DriverDifference.__slots__}
        return found | {"task": self.kind, "flags": list(self.flags), "difference": at or None}


def compare_response(task: Task, answer: DriverResponse) -> TaskResult:
    """What the answer comes to."""
    if answer.unsupported is not None:
        return _build_result(task, "not-tested", sanitize_text(answer.unsupported))
    found = _compare_stages(task, answer) or (
        _compare_signed_request(task, answer.request) if task.kind == "sign" else _compare_verdict(task, answer)
    )
    return _build_result(task, "differs", *found) if found else _build_result(task, "same")


def _build_result(task: Task, outcome: TaskOutcome, told: str = "", part: DriverDifference | None = None) -> TaskResult:
    vector = task.vector
    return TaskResult(task.id, task.kind, task.scheme, vector.tc_id, vector.comment, vector.flags, outcome, told, part)


def _compare_stages(task: Task, answer: DriverResponse) -> tuple[str, DriverDifference] | None:
    """The first stage that both know and that differs. A driver need not have them all."""
    ours = _order_stages(task.scheme, task.vector.stages)
    theirs = _order_stages(task.scheme, answer.stages)
    found = find_first_difference(ours, theirs)
    if found is None:
        return None
    whole = task.vector.stages[found.stage].encode()[: found.byte_offset].decode("utf-8", "ignore")
    part = DriverDifference(found.stage, found.byte_offset, whole[-CONTEXT_LENGTH:], found.ours, found.theirs)
    return f"{found.stage} differs at byte {found.byte_offset}", part


def _order_stages(scheme: str, texts: Any) -> Stages:
    return Stages(scheme, tuple(Stage(name, texts[name]) for name in STAGE_NAMES if name in texts))


def _compare_signed_request(task: Task, message: VectorRequest | None) -> tuple[str] | None:
    """Whether a signed request, where one is given, carries the signature as a server reads it."""
    if message is None:
        return None
    try:
        made = to_request(message)
    except ValueError:
        return ("request cannot be read: a body in Base64, or a header, is not one",)
    presented = SIGNATURE_ALGORITHMS[task.scheme].read_signature(made)
    if presented != task.vector.stages["signature"]:
        return (sanitize_text(f"request carries the signature {presented!r}"),)
    secret = task.group.credentials["appSecret" if "appSecret" in task.group.credentials else "AccessKeySecret"]
    again = SIGNATURE_ALGORITHMS[task.scheme].recompute_stages(made, secret)
    if isinstance(again, MalformedCredential) or again.signature != presented:
        return ("request is not what was signed",)
    return None


def _compare_verdict(task: Task, answer: DriverResponse) -> tuple[str] | None:
    expected = task.vector.result
    error = task.vector.error
    if answer.result != expected:
        return (f"verdict {answer.result!r}, expected {expected!r}" + (f" ({error.refusal})" if error else ""),)
    if answer.refusal is not None and (error is None or answer.refusal != error.refusal):
        return (f"refused as {answer.refusal!r}, expected {error.refusal if error else 'no refusal'!r}",)
    return None
