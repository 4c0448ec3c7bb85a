"""What a run asked for and what it saw, against what the documents name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, NamedTuple

from lookalike_specs import Api, Operation, resolve_variants
from lookalike_specs.api import Field
from lookalike_specs.extensions import Limit
from lookalike_specs.request_builder import format_value

from .context import CheckContext
from .events import Event, ExchangeRecorded, OperationStarted
from .finding import Exchange
from .generation.parse import is_valid_value, parse_parameters
from .responses.fields import ResponseField, group_fields_by_parent, iter_values, list_response_fields
from .responses.json_body import parse_json_body

FieldState = Literal["present", "null", "absent"]
# of one kind in one response: an answer of megabytes shows no more states than its first thousand items
MAX_COUNTED_OBJECTS = 1000
FIELD_STATES: tuple[FieldState, ...] = ("present", "null", "absent")


@dataclass
class OperationCoverage:
    """One operation: how often it was asked, and how often each thing that the document names was met.

    Parameters are counted by what they were sent with: a value that their schema allows, one that it does not, or not
    at all. `enum_values` are (parameter, value); `seen_fields` are (pointer into a good response, state).
    """

    api: Api
    operation: Operation
    # those of the run, none before the first exchange
    variants: Mapping[str, str] = field(default_factory=dict)
    request_count: int = 0
    valid_parameters: Counter[str] = field(default_factory=Counter)
    invalid_parameters: Counter[str] = field(default_factory=Counter)
    omitted_parameters: Counter[str] = field(default_factory=Counter)
    enum_values: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered_errors: Counter[str] = field(default_factory=Counter)
    seen_fields: Counter[tuple[str, FieldState]] = field(default_factory=Counter)

    @property
    def parameters(self) -> tuple[Field, ...]:
        """Return the operation's parameters without credentials and proofs, which every request has."""
        credentials = {*self.api.root.secrets, *self.api.account}
        return tuple(parameter for parameter in self.operation.fields if parameter.name not in credentials)

    @property
    def parameter_counters(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """Return the counts of parameters that were sent with a good value, with a bad one, and left out."""
        return self.valid_parameters, self.invalid_parameters, self.omitted_parameters

    @property
    def documented_enum_values(self) -> tuple[tuple[str, str], ...]:
        """Return every value of an enumeration, with its parameter."""
        return tuple(
            (parameter.name, format_value(value))
            for parameter in self.parameters
            for value in parameter.schema.get("enum", ())
        )

    @property
    def documented_errors(self) -> tuple[str, ...]:
        """Return the ids of the errors that the operation can answer."""
        return tuple(self.api.list_errors(self.operation))

    @property
    def documented_fields(self) -> tuple[ResponseField, ...]:
        """Return the fields of a good response."""
        return list_response_fields(self.api.id, self.operation.id)

    def record_exchange(self, context: CheckContext, exchange: Exchange) -> None:
        """Count what an exchange sent and showed."""
        self.variants = context.variants
        self.request_count += 1
        self._count_parameters(exchange)
        if context.classifier.is_good(exchange.response):
            self._count_fields(parse_json_body(exchange.response))
        else:
            self.answered_errors.update(context.classifier.find_exact_errors(exchange.response))

    def _count_parameters(self, exchange: Exchange) -> None:
        values = parse_parameters(exchange.request)
        documented_values = set(self.documented_enum_values)
        for parameter in self.parameters:
            # HTTP does not tell header names apart by case, and requests have them in lower case
            sent_name = parameter.name.lower() if parameter.location == "header" else parameter.name
            if sent_name not in values:
                self.omitted_parameters[parameter.name] += 1
                continue
            value = values[sent_name]
            if is_valid_value(parameter, value):
                self.valid_parameters[parameter.name] += 1
            else:
                self.invalid_parameters[parameter.name] += 1
            enum_value = parameter.name, format_value(value)
            if enum_value in documented_values:
                self.enum_values[enum_value] += 1

    def _count_fields(self, body: Any) -> None:
        fields_by_parent = group_fields_by_parent(self.api.id, self.operation.id)
        self.seen_fields.update(_iter_field_states(fields_by_parent, body))


class CoverageShare(NamedTuple):
    """So many of so many were met."""

    covered: int
    total: int

    def __add__(self, other: object) -> CoverageShare:
        # not as tuples are added: (1, 2) + (3, 4) is (4, 6)
        if not isinstance(other, CoverageShare):
            return NotImplemented
        return CoverageShare(self.covered + other.covered, self.total + other.total)


def compute_shares(coverage: OperationCoverage) -> dict[str, CoverageShare]:
    """Return what of an operation was met, by kind; fields count as absent or null where their schema allows it."""
    parameter_names = [parameter.name for parameter in coverage.parameters]
    present: list[tuple[str, FieldState]] = []
    nullable: list[tuple[str, FieldState]] = []
    optional: list[tuple[str, FieldState]] = []
    for response_field in coverage.documented_fields:
        present.append((response_field.pointer, "present"))
        if response_field.is_nullable:
            nullable.append((response_field.pointer, "null"))
        if response_field.is_optional:
            optional.append((response_field.pointer, "absent"))
    return {
        "operations": CoverageShare(int(coverage.request_count > 0), 1),
        "good values": _count_share(coverage.valid_parameters, parameter_names),
        "bad values": _count_share(coverage.invalid_parameters, parameter_names),
        "left out": _count_share(coverage.omitted_parameters, parameter_names),
        "enum values": _count_share(coverage.enum_values, coverage.documented_enum_values),
        "errors": _count_share(coverage.answered_errors, coverage.documented_errors),
        "fields present": _count_share(coverage.seen_fields, present),
        "fields null": _count_share(coverage.seen_fields, nullable),
        "fields absent": _count_share(coverage.seen_fields, optional),
    }


def _count_share(counts: Mapping[Any, int], names: Sequence[Any]) -> CoverageShare:
    return CoverageShare(sum(bool(counts.get(name)) for name in names), len(names))


@dataclass
class Coverage:
    """The operations of a run, in their order."""

    operations: dict[tuple[str, str], OperationCoverage] = field(default_factory=dict)

    def add_operation(self, api: Api, operation: Operation) -> None:
        """Add an operation that is to be asked; one that is never asked counts as not covered."""
        self.operations.setdefault((api.id, operation.id), OperationCoverage(api, operation))

    def handle_event(self, event: Event) -> None:
        """Count an operation that is checked, and each of its exchanges."""
        if isinstance(event, OperationStarted):
            self.add_operation(event.api, event.operation)
        elif isinstance(event, ExchangeRecorded):
            context = event.context
            self.add_operation(context.api, context.operation)
            self.operations[context.api.id, context.operation.id].record_exchange(context, event.exchange)

    def list_operations(self, api_id: str) -> list[OperationCoverage]:
        """Return the operations of one API."""
        return [coverage for (name, _), coverage in self.operations.items() if name == api_id]

    def sum_shares(self, api_id: str) -> dict[str, CoverageShare]:
        """Return what of an API was met, by kind; empty for one that has no operation in the run."""
        totals: dict[str, CoverageShare] = {}
        for coverage in self.list_operations(api_id):
            for kind, share in compute_shares(coverage).items():
                totals[kind] = totals.get(kind, CoverageShare(0, 0)) + share
        return totals


def _iter_field_states(
    fields_by_parent: Mapping[tuple[str, ...], tuple[ResponseField, ...]], body: Any
) -> Iterator[tuple[str, FieldState]]:
    """Yield each documented field with its state, once for each object of the body that could have it."""
    for steps, fields in fields_by_parent.items():
        for parent in islice(iter_values(body, steps), MAX_COUNTED_OBJECTS):
            if isinstance(parent, dict):
                yield from ((response_field.pointer, _get_state(parent, response_field)) for response_field in fields)


def _get_state(parent: Mapping[str, Any], response_field: ResponseField) -> FieldState:
    if response_field.name not in parent:
        return "absent"
    if parent[response_field.name] is None:
        return "null"
    return "present"


# what it would take to be answered an error that says that something is used up
LIMIT_NEEDS: Mapping[Limit, str] = {
    "rate": "more requests at once than the server takes",
    "load": "a server with too much to do",
    "quota": "an account whose requests are used up",
    "balance": "an account without balance",
}


def group_missing_errors(coverage: Coverage, api: Api) -> dict[str, list[str]]:
    """Return the errors that no response of the run was, by what it would take to bring them about, in a few words.

    Only errors that an operation of the run can answer count. One operation that answers an error is enough.
    """
    operations = coverage.list_operations(api.id)
    documented = dict.fromkeys(error for operation in operations for error in operation.documented_errors)
    answered = {error for operation in operations for error in operation.answered_errors}
    variants = next((operation.variants for operation in operations if operation.variants), resolve_variants(api, {}))
    by_need: dict[str, list[str]] = {}
    for error in documented:
        if error not in answered:
            by_need.setdefault(_describe_need(api, error, variants), []).append(error)
    return by_need


def _describe_need(api: Api, error_id: str, variants: Mapping[str, str]) -> str:
    error = api.root.errors[error_id]
    quota = api.root.quota
    limits: dict[str, Limit] = {quota.count: "quota", quota.rate: "rate"}
    limit = error.limited_by or limits.get(error_id)
    if limit:
        return LIMIT_NEEDS[limit]
    schemes = [scheme for operation in api.operations for scheme in operation.schemes]
    refusing = [scheme for scheme in schemes if error_id in scheme.extension.errors.values()]
    if refusing and not any(scheme.is_active(variants) for scheme in refusing):
        return "another variant"
    if any(account.get("error") == error_id for account in api.root.accounts.values()):
        return "an account in another state"
    if not error.reproduce:
        return "no request brings it"
    return "no check sends what brings it"
