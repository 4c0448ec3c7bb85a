"""Values for every parameter, good and bad, as Schemathesis draws them from the document."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any, Final, TypeVar

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from schemathesis import Case, GenerationMode

from lookalike_specs import Field, read
from lookalike_specs.sample import build, text

from ..subject import Subject
from .breaches import breaches
from .plain import is_plain
from .proofs import free

# of each mode, beside the edges of every keyword
DRAWN: Final = 2
# of a text; longer ones are the business of checks that know what they are for
LONGEST: Final = 6_000
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class Value:
    """What a parameter may be sent as, None standing for leaving it out, and the keywords of its schema that it breaks.

    `plain`: whether the document leaves no doubt of how it is meant, as it does of " 5" for a number.
    """

    value: Any
    breaks: tuple[str, ...] = ()
    plain: bool = True


Pool = tuple[Value, ...]
# what is known of many runs in one process; it is begun anew where it would be more
KNOWN: Final[dict[Any, Mapping[str, Pool]]] = {}
JUDGED: Final[dict[Any, Value]] = {}
MOST: Final = 10_000
Kept = TypeVar("Kept")


def pools(subject: Subject) -> Mapping[str, Pool]:
    """Parameter -> its values, the simplest first: left out, then good ones, then bad ones.

    Credentials and proofs have none, as those are checked elsewhere.
    """
    key = subject.api.id, subject.operation.id, tuple(subject.variants.items()), subject.seed
    return _kept(KNOWN, key, lambda: _pools(subject))


def _pools(subject: Subject) -> Mapping[str, Pool]:
    wanted = free(subject)
    found: dict[str, dict[str, Any]] = {name: {} for name in wanted}
    for name, drawn in _drawn(subject):
        if name in wanted and _can_travel(wanted[name], value := _as_sent(wanted[name], drawn)):
            found[name].setdefault(json.dumps(value), value)
    return {name: _pool(subject, wanted[name], found[name].values()) for name in wanted}


def _pool(subject: Subject, field: Field, drawn: Any) -> Pool:
    values = [judged(subject, field, value) for value in (None, *drawn)]
    return tuple(sorted(values, key=lambda each: (each.value is not None, bool(each.breaks), not each.plain)))


def judged(subject: Subject, field: Field, value: Any) -> Value:
    """A value of a parameter, held to the document in the good request that it would stand in."""
    key = subject.api.id, field.name, field.place, field.required, json.dumps((field.schema, value))
    return _kept(JUDGED, key, lambda: _judged(subject, field, value))


def _kept(known: dict[Any, Kept], key: Any, make: Callable[[], Kept]) -> Kept:
    if key not in known:
        if len(known) >= MOST:
            known.clear()
        known[key] = make()
    return known[key]


def _judged(subject: Subject, field: Field, value: Any) -> Value:
    values = {name: each for name, each in (subject.values() | {field.name: value}).items() if each is not None}
    request = build(subject.operation, values, subject.target.url)
    broken = breaches(subject.api, subject.operation, field, request)
    return Value(value, broken, is_plain(field, value, broken))


def _as_sent(field: Field, value: Any) -> Any:
    """Whatever does not stand in JSON is text on the wire."""
    return value if field.place == "json" else text(value)


def _can_travel(field: Field, value: Any) -> bool:
    """Whether a request can hold it; a header takes less, and null would be what is left out."""
    if value is None:
        return False
    try:
        written = json.dumps(value, allow_nan=False)
        text(value).encode()
    except (ValueError, TypeError):
        return False
    fits = field.place != "header" or bool(re.fullmatch(r"[!-~]([ -~]*[!-~])?", str(value)))
    return fits and len(written) <= LONGEST


def _drawn(subject: Subject) -> Iterator[tuple[str, Any]]:
    yield from subject.known.items()
    where = subject.api.id, subject.operation.template, subject.operation.pointer.rpartition("/")[2]
    for case in (*edges(*where), *cases(*where, subject.seed)):
        for part in (case.query, case.headers, case.body):
            if isinstance(part, Mapping):
                yield from part.items()


@cache
def edges(api: str, template: str, method: str) -> tuple[Case[Any], ...]:
    """Cases with every value at the edge of a keyword, and each of an enumeration; the same each time.

    They come first, one parameter at a time; what comes from other methods on combines the same values, and is slow.
    """
    schema = _schema(api)
    operation = schema[template][method]
    how = schema.config.generation_for(operation=operation, phase="coverage")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = schema.iter_coverage_cases(operation, generation_modes=list(MODES), generation_config=how)
        return tuple(takewhile(lambda case: case.method.lower() == method, found))


@cache
def cases(api: str, template: str, method: str, seed: int) -> tuple[Case[Any], ...]:
    """Good and bad cases of one operation, other ones for another seed."""
    operation = _schema(api)[template][method]
    return tuple(case for mode in MODES for case in _first(operation.as_strategy(generation_mode=mode), seed))


@cache
def _schema(api: str) -> Any:
    return schemathesis.openapi.from_dict(json.loads(json.dumps(read(api))))


def _first(strategy: Any, seed: int) -> list[Case[Any]]:
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
