"""How a signature came about, stage by stage, so that two sides can see where they part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

StageName = Literal["signed", "canonical", "string-to-sign", "signature"]
STAGE_NAMES: Final[tuple[StageName, ...]] = get_args(StageName)
_EXCERPT: Final = 40


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
        """The value of the last stage, as it travels before any URL encoding."""
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


def build_stages(scheme: str, *, signed: str, canonical: str, string_to_sign: str, signature: str) -> Stages:
    """All four stages of a signature."""
    values = (signed, canonical, string_to_sign, signature)
    return Stages(scheme, tuple(Stage(name, value) for name, value in zip(STAGE_NAMES, values, strict=True)))


def to_dict(stages: Stages) -> dict[str, str]:
    """For JSON: `scheme`, then each stage's name and value."""
    return {"scheme": stages.scheme} | {step.name: step.value for step in stages.steps}


def find_first_difference(ours: Stages, theirs: Stages) -> StageDifference | None:
    """The first stage known to both sides that differs; None where none does."""
    known = {step.name: step.value for step in theirs.steps}
    for step in ours.steps:
        other = known.get(step.name, step.value)
        if step.value != other:
            return _describe_difference(step, other)
    return None


def _describe_difference(step: Stage, other: str) -> StageDifference:
    at = _common_prefix_length(step.value, other)
    byte = len(step.value[:at].encode("utf-8", "replace"))
    return StageDifference(step.name, byte, step.value[at : at + _EXCERPT], other[at : at + _EXCERPT])


def _common_prefix_length(one: str, other: str) -> int:
    """How many leading characters two texts share."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class MalformedCredential:
    """Why an `Authorization` header cannot be read; `kind` is a kind of refusal, `reason` never quotes the header."""

    kind: Literal["malformed", "algorithm"]
    reason: str
