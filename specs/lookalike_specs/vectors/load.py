"""Read the vectors of a scheme, and hold them to what a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from lookalike_specs.exceptions import SpecError
from lookalike_specs.suggest import suggest

from .model import Vector, VectorSuite

VECTORS_DIR: Final = Path(__file__).parent
SCHEMA_FILE: Final = "schema.json"


@dataclass(eq=False)
class UnknownVectors(Exception):
    """No scheme of that name has vectors."""

    scheme: str
    known_schemes: tuple[str, ...]

    def __str__(self) -> str:
        known = ", ".join(self.known_schemes)
        return f"no vectors of {self.scheme!r}; known: {known}{suggest(self.scheme, self.known_schemes)}"


def list_schemes() -> tuple[str, ...]:
    """Return the names of the schemes that have vectors, in alphabetical order."""
    return tuple(sorted(path.stem for path in VECTORS_DIR.glob("*.json") if path.name != SCHEMA_FILE))


def read_suite_file(scheme: str) -> bytes:
    """Return the bytes of a scheme's file. Raise UnknownVectors."""
    if scheme not in list_schemes():
        raise UnknownVectors(scheme, list_schemes())
    return (VECTORS_DIR / f"{scheme}.json").read_bytes()


@cache
def load_suite(scheme: str) -> VectorSuite:
    """Return a scheme's vectors. Raise UnknownVectors, or SpecError where the file says what cannot be meant."""
    return parse_suite(scheme, read_suite_file(scheme))


def parse_suite(scheme: str, text: bytes) -> VectorSuite:
    """Return the vectors that a file's bytes hold. Raise SpecError."""
    try:
        suite = msgspec.json.decode(text, type=VectorSuite)
    except msgspec.DecodeError as error:
        raise SpecError(f"vectors/{scheme}", str(error)) from error
    for problem in _find_problems(scheme, suite):
        raise SpecError(f"vectors/{scheme}", problem)
    return suite


def _find_problems(scheme: str, suite: VectorSuite) -> Iterator[str]:
    """Yield what a schema cannot see: the file counts itself, numbers its tests and explains each of its flags."""
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
        if _is_inconsistent(vector):
            yield f"{vector.tc_id}: `valid` has stages and no error, `invalid` an error and nothing to sign"


def _is_inconsistent(vector: Vector) -> bool:
    if vector.result == "valid":
        return vector.error is not None or not vector.stages
    return vector.error is None or vector.sign is not None
