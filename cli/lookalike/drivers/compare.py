"""Holds a driver's answer to a vector: which stage first differs, at which byte; which verdict is another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from lookalike_specs.signing import (
    SCHEMES,
    STAGE_NAMES,
    MalformedCredential,
    Stage,
    StageName,
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
    """What came of one task; `message` says it in a line."""

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
        """Return the result as it stands in JSON reports."""
        difference = None
        if self.difference is not None:
            difference = asdict(self.difference)
        return {
            "id": self.id,
            "scheme": self.scheme,
            "tcId": self.tc_id,
            "comment": self.comment,
            "message": self.message,
            "task": self.kind,
            "flags": list(self.flags),
            "difference": difference,
        }


def compare_response(task: Task, response: DriverResponse) -> TaskResult:
    """Return what a driver's answer comes to."""
    if response.unsupported is not None:
        return _build_result(task, "not-tested", sanitize_text(response.unsupported))
    # stages first: a wrong signature or verdict follows from the stage that went wrong
    difference = _find_stage_difference(task, response.stages)
    if difference is not None:
        message = f"{difference.stage} differs at byte {difference.byte}"
        return _build_result(task, "differs", message, difference)
    message = _check_response(task, response)
    if message:
        return _build_result(task, "differs", message)
    return _build_result(task, "same")


def _check_response(task: Task, response: DriverResponse) -> str:
    if task.kind == "sign":
        return _check_signed_request(task, response.request)
    return _check_verdict(task, response)


def _build_result(
    task: Task, outcome: TaskOutcome, message: str = "", difference: DriverDifference | None = None
) -> TaskResult:
    vector = task.vector
    return TaskResult(
        task.id, task.kind, task.scheme, vector.tc_id, vector.comment, vector.flags, outcome, message, difference
    )


def _find_stage_difference(task: Task, stages: Mapping[StageName, str]) -> DriverDifference | None:
    """Return the first stage that both have and that differs. A driver need not have them all."""
    expected = _build_stages(task.scheme, task.vector.stages)
    difference = find_first_difference(expected, _build_stages(task.scheme, stages))
    if difference is None:
        return None
    # the byte may stand inside a letter: the half of it is left out
    common = task.vector.stages[difference.stage].encode()[: difference.byte_offset].decode("utf-8", "ignore")
    return DriverDifference(
        difference.stage, difference.byte_offset, common[-CONTEXT_LENGTH:], difference.ours, difference.theirs
    )


def _build_stages(scheme: str, texts: Mapping[StageName, str]) -> Stages:
    return Stages(scheme, tuple(Stage(name, texts[name]) for name in STAGE_NAMES if name in texts))


def _check_signed_request(task: Task, signed: VectorRequest | None) -> str:
    """Return what is wrong with a signed request, "" for nothing, or where none is given.

    It is read as a server reads it: that finds signatures that are right and then escaped in the wrong way.
    """
    if signed is None:
        return ""
    try:
        request = to_request(signed)
    except ValueError:
        return "request cannot be read: a body in Base64, or a header, is not one"
    record = SCHEMES[task.scheme]
    # out of the request, not out of `stages`: a `+` of Base64 that was not escaped in a query is a blank by now
    signature = record.read_signature(request)
    if signature != task.vector.stages["signature"]:
        return sanitize_text(f"request carries the signature {signature!r}")
    secret = task.group.credentials[record.secret_name]
    stages = record.recompute_stages(request, secret)
    if isinstance(stages, MalformedCredential) or stages.signature != signature:
        return "request is not what was signed"
    return ""


def _check_verdict(task: Task, response: DriverResponse) -> str:
    """Return how a verdict differs, "" for not at all. Drivers need not say why they refuse a request."""
    error = task.vector.error
    expected = "no refusal"
    reason = ""
    if error:
        expected = error.refusal
        reason = f" ({error.refusal})"
    if response.result != task.vector.result:
        return f"verdict {response.result!r}, expected {task.vector.result!r}{reason}"
    # a driver that answers `valid` and still gives a reason contradicts itself, and is told so here
    if response.refusal is not None and response.refusal != expected:
        return f"refused as {response.refusal!r}, expected {expected!r}"
    return ""
