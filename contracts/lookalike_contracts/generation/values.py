"""Values for every parameter: the edges of each keyword and some at random, each held to the document once."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, TypeVar

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

from lookalike_specs import Field, read_document
from lookalike_specs.api import WHOLE_BODY
from lookalike_specs.parameter_styles import PREFIXED_STYLES, is_structured, read_prefixed_scalar
from lookalike_specs.registry import add_cache_clearer, cache_per_api
from lookalike_specs.request_builder import build_request, format_value

from ..context import CheckContext
from .ambiguity import is_unambiguous
from .free_parameters import find_free_parameters
from .violated_keywords import find_violated_keywords

# of each mode, beside the edges of every keyword
CASES_PER_MODE: Final = 2
# of a text; longer ones are the business of checks that know what they are for
MAX_VALUE_LENGTH: Final = 6_000
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
ANYTHING: Final = re.compile(r"(?s).*")
# What can stand in a header, without the blanks at the ends that servers cut off; in a cookie; and in a path as one of its
# segments.
SENDABLE_TEXTS: Final = {
    "header": re.compile(r"[!-~]([ -~]*[!-~])?"),
    "cookie": re.compile(r"[!#-+\--:<-\[\]-~]+"),
    "path": re.compile(r"(?!\.{1,2}$)[^/?#{}\x00-\x20]+"),
}


@dataclass(frozen=True)
class ParameterValue:
    """What a parameter may be sent as, None standing for leaving it out, and the keywords of its schema that it breaks.

    It is unambiguous where the document leaves no doubt of how it is meant, as it does of " 5" for a number.
    """

    value: Any
    violated_keywords: tuple[str, ...] = ()
    is_unambiguous: bool = True


ValuePool = tuple[ParameterValue, ...]
# Kept for all runs of a process, as pytest has one for each test; emptied where there would be more of them.
POOL_CACHE: Final[dict[Any, Mapping[str, ValuePool]]] = {}
VALUE_CACHE: Final[dict[Any, ParameterValue]] = {}
MAX_CACHED: Final = 10_000
add_cache_clearer(POOL_CACHE.clear)
add_cache_clearer(VALUE_CACHE.clear)
CacheValue = TypeVar("CacheValue")


def build_value_pools(context: CheckContext) -> Mapping[str, ValuePool]:
    """Return parameter -> its values, the simplest first: left out, then good ones, then bad ones.

    Credentials and signatures have none, as those are checked elsewhere.
    """
    key = context.api.id, context.operation.id, tuple(context.variants.items()), context.seed
    return _get_or_compute(POOL_CACHE, key, lambda: _compute_value_pools(context))


def _compute_value_pools(context: CheckContext) -> Mapping[str, ValuePool]:
    fields = find_free_parameters(context)
    # by their JSON: `1` and `True` are one key of a dict
    values: dict[str, dict[str, Any]] = {name: {} for name in fields}
    for name, generated in _iter_generated_values(context):
        field = fields.get(name)
        if field is None:
            continue
        value = _serialize_value(field, generated)
        if _can_be_sent(field, value):
            values[name].setdefault(json.dumps(value), value)
    return {name: _build_pool(context, fields[name], values[name].values()) for name in fields}


def _build_pool(context: CheckContext, field: Field, values: Iterable[Any]) -> ValuePool:
    pool = [classify_value(context, field, value) for value in values]
    # nothing can be left out of a path
    if field.location != "path":
        pool.append(classify_value(context, field, None))
    return tuple(sorted(pool, key=_rank_value))


def _rank_value(value: ParameterValue) -> tuple[bool, bool, bool]:
    return value.value is not None, bool(value.violated_keywords), not value.is_unambiguous


def classify_value(context: CheckContext, field: Field, value: Any) -> ParameterValue:
    """Return a value of a parameter, held to the document in the good request that it would stand in."""
    key = context.api.id, field.name, field.location, field.required, json.dumps((field.schema, value))
    return _get_or_compute(VALUE_CACHE, key, lambda: _compute_value(context, field, value))


def _get_or_compute(cached: dict[Any, CacheValue], key: Any, compute: Callable[[], CacheValue]) -> CacheValue:
    if key not in cached:
        if len(cached) >= MAX_CACHED:
            cached.clear()
        cached[key] = compute()
    return cached[key]


def _compute_value(context: CheckContext, field: Field, value: Any) -> ParameterValue:
    values = context.build_values() | {field.name: value}
    values = {name: other for name, other in values.items() if other is not None}
    request = build_request(context.operation, values, context.target.url)
    keywords = find_violated_keywords(context.api, context.operation, field, request)
    return ParameterValue(value, keywords, is_unambiguous(field, value, keywords))


def _serialize_value(field: Field, value: Any) -> Any:
    """Return a value as it is sent: a text, unless it stands in JSON, or is a list or an object with a style of its own."""
    if field.location in ("json", "body"):
        return value
    if isinstance(value, list | dict) and is_structured(field):
        return value
    return format_value(value)


def _can_be_sent(field: Field, value: Any) -> bool:
    # null would be what is left out
    if value is None:
        return False
    try:
        written = json.dumps(value, allow_nan=False)
        format_value(value).encode()
    except (ValueError, TypeError):
        return False
    sendable = SENDABLE_TEXTS.get(field.location, ANYTHING)
    return len(written) <= MAX_VALUE_LENGTH and sendable.fullmatch(str(value)) is not None


def _iter_generated_values(context: CheckContext) -> Iterator[tuple[str, Any]]:
    yield from context.example_values.items()
    method = context.operation.pointer.rpartition("/")[2]
    cases = generate_edge_cases(context.api.id, context.operation.document_path, method)
    cases += generate_cases(context.api.id, context.operation.document_path, method, context.seed)
    for case in cases:
        for part in (case.query, case.headers, case.cookies):
            if isinstance(part, Mapping):
                yield from part.items()
        if isinstance(case.path_parameters, Mapping):
            yield from _iter_path_values(context, case.path_parameters)
        if not context.operation.extension.whole_body:
            if isinstance(case.body, Mapping):
                yield from case.body.items()
        elif not isinstance(case.body, NotSet):
            yield WHOLE_BODY, case.body


def _iter_path_values(context: CheckContext, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of a path without the marks of the styles `label` and `matrix`, which Schemathesis writes."""
    fields = {field.name: field for field in context.operation.fields if field.location == "path"}
    for name, value in values.items():
        field = fields.get(name)
        if field is None or field.style not in PREFIXED_STYLES:
            yield name, value
        elif isinstance(value, str) and not is_structured(field):
            # a text without the mark would be another parameter's
            scalar = read_prefixed_scalar(field, value)
            if scalar is not None:
                yield name, scalar


@cache_per_api
def generate_edge_cases(api: str, path: str, method: str) -> tuple[Case[Any], ...]:
    """Return cases with every value at the edge of a keyword, and each of an enumeration; the same each time."""
    schema = _load_schema(api)
    operation = schema[path][method]
    config = schema.config.generation_for(operation=operation, phase="coverage")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = schema.iter_coverage_cases(operation, generation_modes=list(MODES), generation_config=config)
        # One parameter at a time comes first. From the first case of another method on, Schemathesis combines the same
        # values, which takes long and brings nothing new.
        return tuple(takewhile(lambda case: case.method.lower() == method, cases))


@cache_per_api
def generate_cases(api: str, path: str, method: str, seed: int) -> tuple[Case[Any], ...]:
    """Return good and bad cases of one operation, other ones for another seed."""
    operation = _load_schema(api)[path][method]
    cases = list[Case[Any]]()
    for mode in MODES:
        cases += _draw_first_cases(operation.as_strategy(generation_mode=mode), seed)
    return tuple(cases)


@cache_per_api
def _load_schema(api: str) -> Any:
    # a copy: Schemathesis writes into the document that it is given
    return schemathesis.openapi.from_dict(json.loads(json.dumps(read_document(api))))


def _draw_first_cases(strategy: Any, seed: int) -> list[Case[Any]]:
    """Return the first cases that a strategy gives for a seed.

    Strategies can only be drawn from in a test of Hypothesis, so this is one, which keeps what it is given.
    """
    cases = list[Case[Any]]()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=CASES_PER_MODE, database=None, deadline=None, verbosity=Verbosity.quiet, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(strategy)
    def collect(case: Case[Any]) -> None:
        cases.append(case)

    # an operation that takes nothing has no bad requests
    with warnings.catch_warnings(), suppress(Unsatisfiable):
        warnings.simplefilter("ignore")
        collect()
    return cases
