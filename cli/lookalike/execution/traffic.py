"""What a command met of an API: which of its operations, parameters, situations, errors, null and absent fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args

from lookalike_contracts.clients.parsed_request import ClientRequest
from lookalike_contracts.responses.json_body import parse_json_body
from lookalike_mocks import Mock
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.situations import iter_situations
from lookalike_specs import Api, Operation
from lookalike_specs.messages import Response
from lookalike_specs.pointers import MISSING
from lookalike_specs.response_fields import FieldRule, list_field_rules, list_odd_fields

Aspect = Literal["operations", "parameters", "situations", "errors", "nulls", "absences"]
ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)
MAX_CACHED_BODIES: Final = 256
ASPECT_TEXTS: Final[Mapping[Aspect, str]] = {
    "operations": "operations",
    "parameters": "parameters",
    "situations": "situations",
    "errors": "error codes",
    "nulls": "null fields",
    "absences": "absent fields",
}


class AspectCoverage(NamedTuple):
    """What was met of all that could be; both in the document's order, each by a name."""

    met: tuple[str, ...]
    possible: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what was not met."""
        met = set(self.met)
        return tuple(name for name in self.possible if name not in met)

    @property
    def percentage(self) -> float:
        """Return how much was met, in percent; 100 where nothing could be."""
        if not self.possible:
            return 100.0
        return 100 * len(self.met) / len(self.possible)


@dataclass(frozen=True, slots=True)
class ApiTraffic:
    """One API's part of it."""

    api: str
    request_count: int
    coverage: Mapping[Aspect, AspectCoverage]


def measure_traffic(mock: Mock, api_id: str, entries: Iterable[JournalEntry]) -> ApiTraffic:
    """Return what the exchanges with an API were of all that they could be."""
    service = mock.services[api_id]
    names: dict[Aspect, set[str]] = {aspect: set() for aspect in ASPECTS}
    operations = {operation.id: operation for operation in service.api.operations}
    count = 0
    for entry in entries:
        count += 1
        if entry.situation:
            names["situations"].add(entry.situation)
            names["errors"].add(entry.situation)
        operation = operations.get(entry.operation)
        if operation is None:
            continue
        names["operations"].add(operation.id)
        names["parameters"].update(_list_parameters(service.api, operation, entry, service.variants))
        for aspect, name in _list_odd_fields(operation, entry.response.body):
            names[aspect].add(name)
    coverage = {}
    for aspect, possible in _list_possible(service.api, service.variants).items():
        coverage[aspect] = AspectCoverage(tuple(name for name in possible if name in names[aspect]), possible)
    return ApiTraffic(api_id, count, coverage)


def _list_parameters(api: Api, operation: Operation, entry: JournalEntry, variants: Mapping[str, str]) -> Iterator[str]:
    """Yield the parameters that a request has, such as `searchItems.page`."""
    request = ClientRequest(api, operation, entry.request, variants)
    present = {name for name, _ in request.pairs}
    present.update(name.decode("latin-1") for name, _ in entry.request.headers)
    present.update(request.json_object)
    present.update(part.name for part in request.files)
    for name, field in request.fields.items():
        # a path that has names in it has a value for each of them
        if name in present or field.location == "path" or (field.location == "body" and entry.request.body):
            yield f"{operation.id}.{field.name}"


@lru_cache(maxsize=MAX_CACHED_BODIES)
def _list_odd_fields(operation: Operation, body: bytes) -> tuple[tuple[Aspect, str], ...]:
    """Return the fields of a response that are null, or absent, where its schema allows that.

    Cached, as a test suite gets the same answer again and again, and to look through one takes milliseconds.
    """
    parsed = parse_json_body(Response(status=200, body=body))
    if parsed is MISSING:
        return ()
    odd_fields: list[tuple[Aspect, str]] = []
    for value in list_odd_fields(operation.response_schema, parsed):
        aspect: Aspect = "absences"
        if value.value is None:
            aspect = "nulls"
        odd_fields.append((aspect, _name_field(operation, value.field)))
    return tuple(odd_fields)


def _list_possible(api: Api, variants: Mapping[str, str]) -> dict[Aspect, tuple[str, ...]]:
    situations = list(iter_situations(api))
    parameters = [
        f"{operation.id}.{field.name}"
        for operation in api.operations
        for field in operation.fields
        if field.is_active(variants)
    ]
    nulls = []
    absences = []
    for operation in api.operations:
        for field in _list_fields(operation):
            if field.is_nullable:
                nulls.append(_name_field(operation, field))
            if field.is_optional:
                absences.append(_name_field(operation, field))
    return {
        "operations": tuple(operation.id for operation in api.operations),
        "parameters": tuple(dict.fromkeys(parameters)),
        "situations": tuple(_get_short_id(situation.id) for situation in situations),
        "errors": tuple(_get_short_id(situation.id) for situation in situations if situation.kind == "error"),
        "nulls": tuple(nulls),
        "absences": tuple(absences),
    }


@lru_cache(maxsize=256)
def _list_fields(operation: Operation) -> list[FieldRule]:
    return list_field_rules(operation.response_schema)


def _name_field(operation: Operation, field: FieldRule) -> str:
    return f"{operation.id}{field.template}"


def _get_short_id(situation: str) -> str:
    return situation.partition("/")[2]
