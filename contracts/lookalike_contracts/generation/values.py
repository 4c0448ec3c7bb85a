"""Which rules of its schema a parameter's value breaks, as openapi-core reads the request that it stands in."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, TypeVar

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Unsatisfiable
from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator
from openapi_core.casting.schemas.exceptions import CastError
from openapi_core.validation.request.exceptions import (
    MissingParameterError,
    MissingRequestBody,
    MissingRequestBodyError,
)
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

from lookalike_specs import Api, Field, Operation, load_api, read_document
from lookalike_specs.api import WHOLE_BODY
from lookalike_specs.messages import Request
from lookalike_specs.parameter_styles import is_structured
from lookalike_specs.references import resolve_operation as in_document
from lookalike_specs.registry import add_cache_clearer, cache_per_api
from lookalike_specs.request_builder import build_request, format_value

from ..context import CheckContext
from ..responses.openapi_adapter import to_operation_request
from .ambiguity import is_unambiguous
from .free_parameters import find_free_parameters

VALIDATORS: Final = {"3.0": V30RequestValidator, "3.1": V31RequestValidator}
BODY_LOCATIONS: Final = ("json", "form", "file")


def find_violated_keywords(api: Api, operation: Operation, field: Field, request: Request) -> tuple[str, ...]:
    """The keywords of a parameter's schema that a request breaks, `required` among them; "" stands for any other way.

    Empty where it breaks none.
    """
    meant = to_operation_request(api, operation, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated parameter may be used
        errors = list(_build_validator(api.id, operation.id, field.name).iter_errors(meant))
    return tuple(dict.fromkeys(keyword for error in errors for keyword in _iter_keywords(error)))


def _iter_keywords(error: Exception) -> Iterator[str]:
    cause = error.__cause__
    if isinstance(error, MissingRequestBody):
        # one that is not required
        return
    if isinstance(error, MissingParameterError | MissingRequestBodyError):
        yield "required"
    elif isinstance(cause, CastError):
        yield "type"
    elif broken := getattr(cause, "schema_errors", ()):
        yield from (str(each.validator) for each in broken)
    else:
        yield ""


@cache_per_api
def _build_validator(api: str, operation: str, field: str) -> Any:
    """A validator that knows of nothing but this parameter, which takes a fraction of the time."""
    meant = next(each for each in load_api(api).operations if each.id == operation)
    server = next(iter(meant.servers), load_api(api).servers[0])
    method = meant.pointer.rpartition("/")[2]
    version = read_document(api)["openapi"]
    only: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "", "version": ""},
        "servers": [{"url": server}],
        "paths": {
            meant.document_path: {method: _keep_parameter(_load_operation(api, meant.document_path, method), field)}
        },
        # where a schema holds itself, a reference is left in it
        "components": {"schemas": read_document(api).get("components", {}).get("schemas", {})},
    }
    return VALIDATORS[version[:3]](SchemaPath.from_dict(only))


@cache_per_api
def _load_operation(api: str, template: str, method: str) -> dict[str, Any]:
    return in_document(read_document(api), template, method)


def _keep_parameter(node: Mapping[str, Any], field: str) -> dict[str, Any]:
    """An operation without anything but one parameter."""
    kept: dict[str, Any] = {"responses": {"200": {"description": ""}}}
    if parameters := [each for each in node["parameters"] if each["name"] == field]:
        return kept | {"parameters": parameters}
    if node["x-lookalike"].get("whole-body"):
        return kept | {"requestBody": node["requestBody"]}
    contents = {
        name: {"schema": _keep_property(each["schema"], field)} for name, each in node["requestBody"]["content"].items()
    }
    needed = any(each["schema"]["required"] for each in contents.values())
    return kept | {"requestBody": {"required": needed, "content": contents}}


def _keep_property(schema: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The schema of a body with but one property."""
    properties = {name: inner for name, inner in schema["properties"].items() if name == field}
    return {
        "type": "object",
        "properties": properties,
        "required": [n for n in schema.get("required", ()) if n == field],
    }


ANYTHING: Final = re.compile(r"(?s).*")
# what can stand in a header, in a cookie, and in a path as one of its segments
SENDABLE_TEXTS: Final = {
    "header": re.compile(r"[!-~]([ -~]*[!-~])?"),
    "cookie": re.compile(r"[!#-+\--:<-\[\]-~]+"),
    "path": re.compile(r"(?!\.{1,2}$)[^/?#{}\x00-\x20]+"),
}
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
add_cache_clearer(POOL_CACHE.clear)
add_cache_clearer(VALUE_CACHE.clear)
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
    # nothing can be left out of a path
    values = [
        classify_value(subject, field, value) for value in (*(() if field.location == "path" else (None,)), *drawn)
    ]
    return tuple(
        sorted(values, key=lambda each: (each.value is not None, bool(each.violated_keywords), not each.is_unambiguous))
    )


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
    """Whatever does not stand in JSON is text on the wire, but for lists and objects, which have a style of their own."""
    if field.location in ("json", "body") or (isinstance(value, list | dict) and is_structured(field)):
        return value
    return format_value(value)


def _can_be_sent(field: Field, value: Any) -> bool:
    """Whether a request can hold it; a header takes less, and null would be what is left out."""
    if value is None:
        return False
    try:
        written = json.dumps(value, allow_nan=False)
        format_value(value).encode()
    except (ValueError, TypeError):
        return False
    fits = bool(SENDABLE_TEXTS.get(field.location, ANYTHING).fullmatch(str(value)))
    return fits and len(written) <= MAX_VALUE_LENGTH


def _iter_generated_values(subject: CheckContext) -> Iterator[tuple[str, Any]]:
    yield from subject.example_values.items()
    where = subject.api.id, subject.operation.document_path, subject.operation.pointer.rpartition("/")[2]
    for case in (*generate_edge_cases(*where), *generate_cases(*where, subject.seed)):
        for part in (case.query, case.headers, case.cookies, case.path_parameters, case.body):
            if isinstance(part, Mapping) and not (part is case.body and subject.operation.extension.whole_body):
                yield from part.items()
        if subject.operation.extension.whole_body and not isinstance(case.body, NotSet):
            yield WHOLE_BODY, case.body


@cache_per_api
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


@cache_per_api
def generate_cases(api: str, template: str, method: str, seed: int) -> tuple[Case[Any], ...]:
    """Good and bad cases of one operation, other ones for another seed."""
    operation = _load_schema(api)[template][method]
    return tuple(
        case for mode in MODES for case in _draw_first_cases(operation.as_strategy(generation_mode=mode), seed)
    )


@cache_per_api
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

    with warnings.catch_warnings(), suppress(Unsatisfiable):
        # an operation that takes nothing has no bad requests
        warnings.simplefilter("ignore")
        draw()
    return found
