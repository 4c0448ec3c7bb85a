"""Holds a driver's answer to a vector: which stage first differs, at which byte; which verdict is another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from lookalike_specs.signing import SCHEMES, STAGE_NAMES, Malformed, Stage, Stages, first_difference
from lookalike_specs.vectors import Message, request

from .protocol import Answer, Task, plain

Outcome = Literal["same", "differs", "not-tested"]
CONTEXT: Final = 24


@dataclass(frozen=True, slots=True)
class Part:
    """Where two texts part: the stage, the UTF-8 byte, what is the same just before it, and how each goes on."""

    stage: str
    byte: int
    before: str
    expected: str
    driver: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one task; `told` says it in a line."""

    id: str
    kind: str
    scheme: str
    tc_id: int
    comment: str
    flags: tuple[str, ...]
    outcome: Outcome
    told: str = ""
    part: Part | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = ("id", "scheme", "tc_id", "comment", "told")
        found: dict[str, Any] = {"tcId" if name == "tc_id" else name: getattr(self, name) for name in named}
        part = self.part
        at = {} if part is None else {name: getattr(part, name) for name in Part.__slots__}
        return found | {"task": self.kind, "flags": list(self.flags), "difference": at or None}


def judge(task: Task, answer: Answer) -> Finding:
    """What the answer comes to."""
    if answer.unsupported is not None:
        return _finding(task, "not-tested", plain(answer.unsupported))
    found = _stages(task, answer) or (_signed(task, answer.request) if task.kind == "sign" else _result(task, answer))
    return _finding(task, "differs", *found) if found else _finding(task, "same")


def _finding(task: Task, outcome: Outcome, told: str = "", part: Part | None = None) -> Finding:
    vector = task.vector
    return Finding(task.id, task.kind, task.scheme, vector.tc_id, vector.comment, vector.flags, outcome, told, part)


def _stages(task: Task, answer: Answer) -> tuple[str, Part] | None:
    """The first stage that both know and that differs. A driver need not have them all."""
    ours, theirs = _ordered(task.scheme, task.vector.stages), _ordered(task.scheme, answer.stages)
    found = first_difference(ours, theirs)
    if found is None:
        return None
    whole = task.vector.stages[found.stage].encode()[: found.byte].decode("utf-8", "ignore")
    part = Part(found.stage, found.byte, whole[-CONTEXT:], found.ours, found.theirs)
    return f"{found.stage} differs at byte {found.byte}", part


def _ordered(scheme: str, texts: Any) -> Stages:
    return Stages(scheme, tuple(Stage(name, texts[name]) for name in STAGE_NAMES if name in texts))


def _signed(task: Task, message: Message | None) -> tuple[str] | None:
    """Whether a signed request, where one is given, carries the signature as a server reads it."""
    if message is None:
        return None
    try:
        made = request(message)
    except ValueError:
        return ("request cannot be read: a body in Base64, or a header, is not one",)
    presented = SCHEMES[task.scheme].presented(made)
    if presented != task.vector.stages["signature"]:
        return (plain(f"request carries the signature {presented!r}"),)
    secret = task.group.credentials["appSecret" if "appSecret" in task.group.credentials else "AccessKeySecret"]
    again = SCHEMES[task.scheme].recomputed(made, secret)
    if isinstance(again, Malformed) or again.signature != presented:
        return ("request is not what was signed",)
    return None


def _result(task: Task, answer: Answer) -> tuple[str] | None:
    expected, error = task.vector.result, task.vector.error
    if answer.result != expected:
        return (f"verdict {answer.result!r}, expected {expected!r}" + (f" ({error.refusal})" if error else ""),)
    if answer.refusal is not None and (error is None or answer.refusal != error.refusal):
        return (f"refused as {answer.refusal!r}, expected {error.refusal if error else 'no refusal'!r}",)
    return None
