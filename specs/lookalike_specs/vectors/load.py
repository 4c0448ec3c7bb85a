"""Reads the vectors of a scheme, and holds them to what a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from lookalike_specs.errors import SpecError

from .suite import Suite, Vector

HERE: Final = Path(__file__).parent
SCHEMA: Final = "schema.json"


@dataclass(eq=False)
class UnknownVectors(Exception):
    """No scheme of that name has vectors."""

    scheme: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        """One line for a person, with what would have been right."""
        return f"no vectors of {self.scheme!r}; known: {', '.join(self.known)}"


def names() -> tuple[str, ...]:
    """The schemes that have vectors."""
    return tuple(sorted(path.stem for path in HERE.glob("*.json") if path.name != SCHEMA))


def raw(scheme: str) -> bytes:
    """A scheme's file. Raises UnknownVectors."""
    if scheme not in names():
        raise UnknownVectors(scheme, names())
    return (HERE / f"{scheme}.json").read_bytes()


@cache
def load(scheme: str) -> Suite:
    """A scheme's vectors. Raises UnknownVectors, or SpecError where the file says something that cannot be meant."""
    return read(scheme, raw(scheme))


def read(scheme: str, text: bytes) -> Suite:
    """The vectors that a file's bytes say. Raises SpecError."""
    try:
        suite = msgspec.json.decode(text, type=Suite)
    except msgspec.DecodeError as wrong:
        raise SpecError(f"vectors/{scheme}", str(wrong)) from wrong
    for problem in _problems(scheme, suite):
        raise SpecError(f"vectors/{scheme}", problem)
    return suite


def _problems(scheme: str, suite: Suite) -> Iterator[str]:
    """What a schema cannot say: the file counts itself, numbers its tests and tells what each of its flags means."""
    vectors = [vector for _, vector in suite.cases]
    if suite.scheme != scheme:
        yield f"is of {suite.scheme}"
    if suite.number_of_tests != len(vectors):
        yield f"numberOfTests is {suite.number_of_tests}, but there are {len(vectors)}"
    if [vector.tc_id for vector in vectors] != [*range(1, len(vectors) + 1)]:
        yield "tcId does not count from 1"
    used = {flag for vector in vectors for flag in vector.flags}
    if used != set(suite.notes):
        yield f"flags and notes differ: {', '.join(sorted(used ^ set(suite.notes)))}"
    for vector in vectors:
        if _is_odd(vector):
            yield f"{vector.tc_id}: `valid` has stages and no error, `invalid` an error and nothing to sign"


def _is_odd(vector: Vector) -> bool:
    if vector.result == "valid":
        return vector.error is not None or not vector.stages
    return vector.error is None or vector.sign is not None
