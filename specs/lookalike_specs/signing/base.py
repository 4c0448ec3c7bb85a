"""How a signature came about, stage by stage, so that two sides can see where they part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

StageName = Literal["signed", "canonical", "string-to-sign", "signature"]
STAGE_NAMES: Final[tuple[StageName, ...]] = get_args(StageName)
_EXCERPT_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage and its text."""

    name: StageName
    value: str


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one signature, in the order of `STAGE_NAMES`; one side may know only some of them."""

    scheme: str
    steps: tuple[Stage, ...]

    @property
    def signature(self) -> str:
        """Return the value of the last stage, as it travels before any URL encoding."""
        return self.steps[-1].value


@dataclass(frozen=True, slots=True)
class StageDifference:
    """The first stage that differs, the UTF-8 byte it differs at, and up to 40 characters of each side from there."""

    stage: StageName
    byte_offset: int
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.stage} differs at byte {self.byte_offset}: ours {self.ours!r}, theirs {self.theirs!r}"


@dataclass(frozen=True, slots=True)
class MalformedCredential:
    """Why an `Authorization` header cannot be read; `kind` is a kind of refusal, `reason` never quotes the header."""

    kind: Literal["malformed", "algorithm"]
    reason: str


def build_stages(scheme: str, *, signed: str, canonical: str, string_to_sign: str, signature: str) -> Stages:
    """Return all four stages of a signature."""
    steps = (
        Stage("signed", signed),
        Stage("canonical", canonical),
        Stage("string-to-sign", string_to_sign),
        Stage("signature", signature),
    )
    return Stages(scheme, steps)


def to_dict(stages: Stages) -> dict[str, str]:
    """Return the stages for JSON: `scheme`, then each stage's name and value."""
    return {"scheme": stages.scheme} | {step.name: step.value for step in stages.steps}


def find_first_difference(ours: Stages, theirs: Stages) -> StageDifference | None:
    """Return the first stage known to both sides that differs; None where none does.

    The first one tells most: all that follows it differs too, and a signature alone shows nothing.
    """
    their_values = {step.name: step.value for step in theirs.steps}
    for step in ours.steps:
        their_value = their_values.get(step.name, step.value)
        if step.value != their_value:
            return _describe_difference(step, their_value)
    return None


def _describe_difference(step: Stage, theirs: str) -> StageDifference:
    start = _common_prefix_length(step.value, theirs)
    end = start + _EXCERPT_LENGTH
    # a byte offset, as other languages count bytes or UTF-16; a lone surrogate has no bytes of its own
    byte_offset = len(step.value[:start].encode("utf-8", "replace"))
    return StageDifference(step.name, byte_offset, step.value[start:end], theirs[start:end])


def _common_prefix_length(first: str, second: str) -> int:
    for index, (left, right) in enumerate(zip(first, second, strict=False)):
        if left != right:
            return index
    return min(len(first), len(second))
