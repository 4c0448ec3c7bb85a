"""What a run asked for and what it saw, against what the documents name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from lookalike_specs import Api, Operation
from lookalike_specs.api import Field
from lookalike_specs.request_builder import format_value

from .context import CheckContext
from .events import Event, ExchangeRecorded, OperationStarted
from .finding import Exchange
from .generation.parse import is_valid_value, parse_parameters
from .responses.classify import parse_json_body
from .responses.fields import ResponseField, group_fields_by_parent, iter_values, list_response_fields

FieldState = Literal["present", "null", "absent"]
FIELD_STATES: tuple[FieldState, ...] = ("present", "null", "absent")


@dataclass
class OperationCoverage:
    """One operation: how often it was asked, and what was met; Counters count by name what the document names.

    `good` and `bad` are parameters by whether the value was one that their schema allows, `left_out` those that were
    not sent; `values` are (parameter, value of its enumeration); `fields` are (pointer into the answer, how seen).
    """

    api: Api
    operation: Operation
    request_count: int = 0
    valid_parameters: Counter[str] = field(default_factory=Counter)
    invalid_parameters: Counter[str] = field(default_factory=Counter)
    omitted_parameters: Counter[str] = field(default_factory=Counter)
    enum_values: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered_errors: Counter[str] = field(default_factory=Counter)
    seen_fields: Counter[tuple[str, FieldState]] = field(default_factory=Counter)

    @property
    def parameters(self) -> tuple[Field, ...]:
        """What the operation takes, but for credentials and proofs."""
        own = {*self.api.root.secrets, *self.api.account}
        return tuple(each for each in self.operation.fields if each.name not in own)

    @property
    def parameter_counters(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """The parameters by what they were sent with: something good, bad, nothing."""
        return self.valid_parameters, self.invalid_parameters, self.omitted_parameters

    @property
    def documented_enum_values(self) -> tuple[tuple[str, str], ...]:
        """Every value of an enumeration, with its parameter."""
        return tuple(
            (each.name, format_value(value)) for each in self.parameters for value in each.schema.get("enum", ())
        )

    @property
    def documented_errors(self) -> tuple[str, ...]:
        """The errors that it can answer."""
        return tuple(self.api.list_errors(self.operation))

    @property
    def documented_fields(self) -> tuple[ResponseField, ...]:
        """The fields of a good answer."""
        return list_response_fields(self.api.id, self.operation.id)

    def observe(self, subject: CheckContext, exchange: Exchange) -> None:
        """Take an exchange in."""
        self.request_count += 1
        self._count_parameters(exchange)
        if subject.classifier.is_good(exchange.response):
            self._count_fields(parse_json_body(exchange.response))
        else:
            self.answered_errors.update(subject.classifier.find_exact_errors(exchange.response))

    def _count_parameters(self, exchange: Exchange) -> None:
        values = parse_parameters(exchange.request)
        known = set(self.documented_enum_values)
        for each in self.parameters:
            name = each.name.lower() if each.location == "header" else each.name
            if name not in values:
                self.omitted_parameters[each.name] += 1
                continue
            (self.valid_parameters if is_valid_value(each, values[name]) else self.invalid_parameters)[each.name] += 1
            if (value := (each.name, format_value(values[name]))) in known:
                self.enum_values[value] += 1

    def _count_fields(self, body: Any) -> None:
        self.seen_fields.update(_iter_field_states(group_fields_by_parent(self.api.id, self.operation.id), body))


class CoverageShare(NamedTuple):
    """So many of so many were met."""

    covered: int
    total: int

    def __add__(self, other: object) -> CoverageShare:
        return (
            CoverageShare(self.covered + other.covered, self.total + other.total)
            if isinstance(other, CoverageShare)
            else NotImplemented
        )


def compute_shares(covered: OperationCoverage) -> dict[str, CoverageShare]:
    """What of an operation was met, by kind; fields count as absent or null where their schema allows it."""
    names = [each.name for each in covered.parameters]
    fields = covered.documented_fields
    optional = [each for each in fields if each.is_optional]
    nullable = [each for each in fields if each.is_nullable]
    return {
        "operations": CoverageShare(int(covered.request_count > 0), 1),
        "good values": _count_share(covered.valid_parameters, names),
        "bad values": _count_share(covered.invalid_parameters, names),
        "left out": _count_share(covered.omitted_parameters, names),
        "enum values": _count_share(covered.enum_values, covered.documented_enum_values),
        "errors": _count_share(covered.answered_errors, covered.documented_errors),
        "fields present": _count_share(covered.seen_fields, [(each.pointer, "present") for each in fields]),
        "fields null": _count_share(covered.seen_fields, [(each.pointer, "null") for each in nullable]),
        "fields absent": _count_share(covered.seen_fields, [(each.pointer, "absent") for each in optional]),
    }


def _count_share(counts: Mapping[Any, int], names: Sequence[Any]) -> CoverageShare:
    return CoverageShare(sum(bool(counts.get(name)) for name in names), len(names))


@dataclass
class Coverage:
    """The operations of a run, in their order."""

    operations: dict[tuple[str, str], OperationCoverage] = field(default_factory=dict)

    def add_operation(self, api: Api, operation: Operation) -> None:
        """An operation that is to be asked."""
        self.operations.setdefault((api.id, operation.id), OperationCoverage(api, operation))

    def handle_event(self, event: Event) -> None:
        """Count an operation that is checked, and each of its exchanges."""
        if isinstance(event, OperationStarted):
            self.add_operation(event.api, event.operation)
        elif isinstance(event, ExchangeRecorded):
            self.observe(event.context, event.exchange)

    def observe(self, subject: CheckContext, exchange: Exchange) -> None:
        """Take an exchange in."""
        self.add_operation(subject.api, subject.operation)
        self.operations[subject.api.id, subject.operation.id].observe(subject, exchange)

    def list_operations(self, api: str) -> list[OperationCoverage]:
        """The operations of one API."""
        return [covered for (name, _), covered in self.operations.items() if name == api]

    def sum_shares(self, api: str) -> dict[str, CoverageShare]:
        """What of an API was met, by kind."""
        found = [compute_shares(covered) for covered in self.list_operations(api)]
        return {kind: sum((each[kind] for each in found), CoverageShare(0, 0)) for kind in (found[0] if found else ())}


def _iter_field_states(
    held: Mapping[tuple[str, ...], tuple[ResponseField, ...]], body: Any
) -> Iterator[tuple[str, FieldState]]:
    for steps, fields in held.items():
        for holder in iter_values(body, steps):
            if isinstance(holder, dict):
                for each in fields:
                    found = holder.get(each.name, ...)
                    yield each.pointer, "absent" if found is ... else "null" if found is None else "present"
