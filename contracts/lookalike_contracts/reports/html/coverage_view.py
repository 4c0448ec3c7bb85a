"""Coverage as the page shows it: a bar for each API and kind, then each operation with what it met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ...coverage import FIELD_STATES, CoverageShare, FieldState, OperationCoverage
from ...responses.fields import ResponseField
from ..report import Report

# the kinds as they are counted, and as a reader understands them
KINDS: Final = (
    ("operations", "operations asked"),
    ("good values", "parameters with a good value"),
    ("bad values", "parameters with a bad value"),
    ("left out", "parameters left out"),
    ("enum values", "values of enumerations"),
    ("errors", "errors answered"),
    ("fields present", "fields seen present"),
    ("fields null", "nullable fields seen null"),
    ("fields absent", "optional fields seen absent"),
)


class CoverageRow(NamedTuple):
    """An API and its share of each kind, in the order of KINDS."""

    api: str
    shares: tuple[CoverageShare, ...]


@dataclass(frozen=True)
class NamedCount:
    """Something that the document names, and how often it was met."""

    name: str
    count: int


class CountRow(NamedTuple):
    """A parameter or a field with its counts; None for a count that the schema does not allow."""

    name: str
    counts: tuple[int | None, ...]


class OperationView(NamedTuple):
    """What one operation met."""

    name: str
    request_count: int
    errors: tuple[NamedCount, ...]
    enum_values: tuple[NamedCount, ...]
    parameters: tuple[CountRow, ...]
    fields: tuple[CountRow, ...]


def build_coverage_rows(report: Report) -> Iterator[CoverageRow]:
    """Yield the shares of each API."""
    for api in report.apis:
        totals = report.coverage.sum_shares(api.id)
        yield CoverageRow(api.id, tuple(totals.get(kind, CoverageShare(0, 0)) for kind, _ in KINDS))


def build_operation_views(report: Report) -> Iterator[OperationView]:
    """Yield each operation that the run could have asked."""
    for coverage in report.coverage.operations.values():
        yield OperationView(
            name=f"{coverage.api.id}/{coverage.operation.id}",
            request_count=coverage.request_count,
            errors=tuple(NamedCount(name, coverage.answered_errors[name]) for name in coverage.documented_errors),
            enum_values=tuple(
                NamedCount(f"{name}={value}", coverage.enum_values[name, value])
                for name, value in coverage.documented_enum_values
            ),
            parameters=tuple(_build_parameter_rows(coverage)),
            fields=tuple(_build_field_rows(coverage)),
        )


def _build_parameter_rows(coverage: OperationCoverage) -> Iterator[CountRow]:
    for parameter in coverage.parameters:
        yield CountRow(parameter.name, tuple(counter[parameter.name] for counter in coverage.parameter_counters))


def _build_field_rows(coverage: OperationCoverage) -> Iterator[CountRow]:
    for field in coverage.documented_fields:
        yield CountRow(field.pointer, tuple(_count_sightings(coverage, field, state) for state in FIELD_STATES))


def _count_sightings(coverage: OperationCoverage, field: ResponseField, state: FieldState) -> int | None:
    """Return how often a field was seen so; None if it never was and its schema does not allow it."""
    is_possible = {"present": True, "null": field.is_nullable, "absent": field.is_optional}[state]
    count = coverage.seen_fields[field.pointer, state]
    if not is_possible and not count:
        return None
    return count
