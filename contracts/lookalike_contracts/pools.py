"""Values for every parameter, good and bad, as Schemathesis draws them from the document."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from schemathesis import Case, GenerationMode

from lookalike_specs import read

from .subject import Subject

DRAWN = 15
BODIES = ("form", "json", "file")


@dataclass(frozen=True)
class Pool:
    """Values of one parameter, the simplest first; None stands for leaving it out."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> None:
        """Keep a value that is not there yet."""
        if not any(value == known and type(value) is type(known) for known in self.values):
            self.values.append(value)


def pools(subject: Subject) -> dict[str, Pool]:
    """Parameter -> values; credentials and proofs have none, as those are checked elsewhere."""
    found = {field.name: Pool([None]) for field in subject.operation.fields if _is_free(subject, field.name)}
    for case in cases(subject.api.id, subject.operation.template, subject.operation.method, subject.draw):
        for name, value in _values(case):
            if name in found:
                found[name].add(value)
    return found


@cache
def cases(api: str, template: str, method: str, seed: int) -> tuple[Case[Any], ...]:
    """Good and bad cases of one operation."""
    operation = _schema(api)[template][method]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    return tuple(case for mode in modes for case in _drawn(operation.as_strategy(generation_mode=mode), seed))


@cache
def _schema(api: str) -> Any:
    return schemathesis.openapi.from_dict(json.loads(json.dumps(read(api))))


def _drawn(strategy: Any, seed: int) -> list[Case[Any]]:
    """The first cases that a strategy gives for a seed."""
    found: list[Case[Any]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=DRAWN, database=None, deadline=None, verbosity=Verbosity.quiet, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(strategy)
    def draw(case: Case[Any]) -> None:
        found.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw()
    return found


def _values(case: Case[Any]) -> Iterator[tuple[str, Any]]:
    for part in (case.query, case.headers, case.body):
        if isinstance(part, Mapping):
            yield from part.items()


def _is_free(subject: Subject, name: str) -> bool:
    """Whether a parameter is not part of a proof, nor says which operation is meant."""
    return name not in subject.api.root.secrets and name not in subject.account
