"""What is wrong with what a command sent, by the same checks as the pytest plugin's and `sent/*` of `lookalike certify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lookalike_contracts.clients import RequestViolation
from lookalike_contracts.severity import SEVERITIES, Severity, rate_severity
from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs.provenance import ProvenanceKind

from ..request_violations import find_api_violations, find_stray_requests


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, with the numbers of the requests to its API that it is wrong in; they count from 1."""

    api: str
    violation: RequestViolation
    severity: Severity
    request_numbers: tuple[int, ...]


def judge_requests(
    mock: Mock, sandbox: Sandbox, entries: Sequence[JournalEntry], trust: frozenset[ProvenanceKind]
) -> tuple[Complaint, ...]:
    """Return what is wrong with these requests, the worst first; what is wrong in many of them is there once."""
    complaints: list[Complaint] = []
    for api in mock.services:
        own_entries = [entry for entry in entries if entry.api == api]
        violations = find_api_violations(mock, api, sandbox.credentials[api], own_entries)
        complaints += _group_violations(api, violations, trust)
    stray_entries = [entry for entry in entries if not entry.api]
    complaints += _group_violations("", find_stray_requests(stray_entries), trust)
    return tuple(sorted(complaints, key=lambda complaint: SEVERITIES.index(complaint.severity)))


def _group_violations(
    api: str, violations: Iterable[RequestViolation], trust: frozenset[ProvenanceKind]
) -> list[Complaint]:
    groups: dict[tuple[str, str, str], list[RequestViolation]] = {}
    for violation in violations:
        key = (violation.kind, violation.message, violation.rule)
        groups.setdefault(key, []).append(violation)
    complaints = []
    for group in groups.values():
        numbers = tuple(violation.request_number for violation in group)
        complaints.append(Complaint(api, group[0], rate_severity(group[0].source.kind, trust), numbers))
    return complaints
