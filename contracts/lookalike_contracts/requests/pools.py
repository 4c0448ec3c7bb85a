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

from lookalike_specs import Field, read_document
from lookalike_specs.sample import build_request, format_value

from ..subject import CheckContext
from .breaches import find_violated_keywords
from .plain import is_unambiguous
from .proofs import find_free_parameters

# of each mode, beside the edges of every keyword
CASES_PER_MODE: Final = 2
# of a text; longer ones are the business of checks that know what they are for
MAX_VALUE_LENGTH: Final = 6_000
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class ParameterValue:
    """What a parameter may be sent as, None standing for leaving it out, and the keywords of its schema that it breaks.

    `plain`: whether the document leaves no doubt of how it is meant, as it does of " 5" for a number.
    """

    value: Any
    violated_keywords: tuple[str, ...] = ()
    is_unambiguous: bool = True


ValuePool = tuple[ParameterValue, ...]
# what is known of many runs in one process; it is begun anew where it would be more
POOL_CACHE: Final[dict[Any, Mapping[str, ValuePool]]] = {}
VALUE_CACHE: Final[dict[Any, ParameterValue]] = {}
MAX_CACHED: Final = 10_000
CacheValue = TypeVar("CacheValue")


def build_value_pools(subject: CheckContext) -> Mapping[str, ValuePool]:
    """Parameter -> its values, the simplest first: left out, then good ones, then bad ones.

    Credentials and proofs have none, as those are checked elsewhere.
    """
    key = subject.api.id, subject.operation.id, tuple(subject.variants.items()), subject.seed
    return _get_or_compute(POOL_CACHE, key, lambda: _compute_value_pools(subject))


def _compute_value_pools(subject: CheckContext) -> Mapping[str, ValuePool]:
    wanted = find_free_parameters(subject)
    found: dict[str, dict[str, Any]] = {name: {} for name in wanted}
    for name, drawn in _iter_generated_values(subject):
        if name in wanted and _can_be_sent(wanted[name], value := _serialize_value(wanted[name], drawn)):
            found[name].setdefault(json.dumps(value), value)
    return {name: _build_pool(subject, wanted[name], found[name].values()) for name in wanted}


def _build_pool(subject: CheckContext, field: Field, drawn: Any) -> ValuePool:
    values = [classify_value(subject, field, value) for value in (None, *drawn)]
    return tuple(sorted(values, key=lambda each: (each.value is not None, bool(each.violated_keywords), not each.is_unambiguous)))


def classify_value(subject: CheckContext, field: Field, value: Any) -> ParameterValue:
    """A value of a parameter, held to the document in the good request that it would stand in."""
    key = subject.api.id, field.name, field.location, field.required, json.dumps((field.schema, value))
    return _get_or_compute(VALUE_CACHE, key, lambda: _compute_value(subject, field, value))


def _get_or_compute(known: dict[Any, CacheValue], key: Any, make: Callable[[], CacheValue]) -> CacheValue:
    if key not in known:
        if len(known) >= MAX_CACHED:
            known.clear()
        known[key] = make()
    return known[key]


def _compute_value(subject: CheckContext, field: Field, value: Any) -> ParameterValue:
    values = {name: each for name, each in (subject.build_values() | {field.name: value}).items() if each is not None}
    request = build_request(subject.operation, values, subject.target.url)
    broken = find_violated_keywords(subject.api, subject.operation, field, request)
    return ParameterValue(value, broken, is_unambiguous(field, value, broken))


def _serialize_value(field: Field, value: Any) -> Any:
    """Whatever does not stand in JSON is text on the wire."""
    return value if field.location == "json" else format_value(value)


def _can_be_sent(field: Field, value: Any) -> bool:
    """Whether a request can hold it; a header takes less, and null would be what is left out."""
    if value is None:
        return False
    try:
        written = json.dumps(value, allow_nan=False)
        format_value(value).encode()
    except (ValueError, TypeError):
        return False
    fits = field.location != "header" or bool(re.fullmatch(r"[!-~]([ -~]*[!-~])?", str(value)))
    return fits and len(written) <= MAX_VALUE_LENGTH


def _iter_generated_values(subject: CheckContext) -> Iterator[tuple[str, Any]]:
    yield from subject.example_values.items()
    where = subject.api.id, subject.operation.document_path, subject.operation.pointer.rpartition("/")[2]
    for case in (*generate_edge_cases(*where), *generate_cases(*where, subject.seed)):
        for part in (case.query, case.headers, case.body):
            if isinstance(part, Mapping):
                yield from part.items()


@cache
def generate_edge_cases(api: str, template: str, method: str) -> tuple[Case[Any], ...]:
    """Cases with every value at the edge of a keyword, and each of an enumeration; the same each time.

    They come first, one parameter at a time; what comes from other methods on combines the same values, and is slow.
    """
    schema = _load_schema(api)
    operation = schema[template][method]
    how = schema.config.generation_for(operation=operation, phase="coverage")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = schema.iter_coverage_cases(operation, generation_modes=list(MODES), generation_config=how)
        return tuple(takewhile(lambda case: case.method.lower() == method, found))


@cache
def generate_cases(api: str, template: str, method: str, seed: int) -> tuple[Case[Any], ...]:
    """Good and bad cases of one operation, other ones for another seed."""
    operation = _load_schema(api)[template][method]
    return tuple(case for mode in MODES for case in _draw_first_cases(operation.as_strategy(generation_mode=mode), seed))


@cache
def _load_schema(api: str) -> Any:
    return schemathesis.openapi.from_dict(json.loads(json.dumps(read_document(api))))


def _draw_first_cases(strategy: Any, seed: int) -> list[Case[Any]]:
    """The first cases that a strategy gives for a seed."""
    found: list[Case[Any]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=CASES_PER_MODE, database=None, deadline=None, verbosity=Verbosity.quiet, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(strategy)
    def draw(case: Case[Any]) -> None:
        found.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw()
    return found
