"""The report as JSON, for programs; `schema.json` beside this says what is in it."""

from __future__ import annotations

import json
from typing import Any

from ..coverage import FIELD_STATES, OperationCoverage, compute_shares
from .report import Report, ReportedFinding
from .util import get_display_path

REPORT_VERSION = 1


def render_json(report: Report) -> str:
    """One JSON object."""
    return json.dumps(build_json(report), ensure_ascii=False, indent=2) + "\n"


def build_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "version": REPORT_VERSION,
        "tool": {"name": "lookalike", "version": report.version},
        "target": report.target,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "request_count": report.request_count,
        "interrupted": report.is_interrupted,
        "exit_code": report.exit_code,
        "apis": [api.id for api in report.apis],
        "checks": [
            {"id": check.id, "summary": check.summary, "severity": check.severity, "source": check.source}
            for check in report.checks
        ],
        "results": [
            {
                "check": outcome.check,
                "api": outcome.api,
                "operation": outcome.operation,
                "status": report.get_state(outcome),
                "request_count": outcome.request_count,
                "reason": outcome.reason,
            }
            for outcome in report.results
        ],
        "findings": [_build_finding(told) for told in report.findings],
        "notes": list(report.notes),
        "coverage": [_build_operation_coverage(covered) for covered in report.coverage.operations.values()],
    }


def _build_finding(told: ReportedFinding) -> dict[str, Any]:
    place = told.evidence.location
    return {
        "fingerprint": told.fingerprint,
        "check": told.check,
        "severity": told.severity,
        "api": told.api,
        "operation": told.operation,
        "message": told.message,
        "pointer": told.pointer,
        "location": {"file": get_display_path(place), "pointer": place.pointer, "line": place.line},
        "request": told.evidence.request,
        "response": told.evidence.response,
        "curl": told.evidence.curl,
        "python": told.evidence.python,
        "seed": told.seed,
        "rerun_command": told.rerun_command,
        "accepted_reason": told.accepted_reason,
    }


def _build_operation_coverage(covered: OperationCoverage) -> dict[str, Any]:
    return {
        "api": covered.api.id,
        "operation": covered.operation.id,
        "request_count": covered.request_count,
        "totals": {kind: share._asdict() for kind, share in compute_shares(covered).items()},
        "parameters": [
            {
                "name": each.name,
                "good": covered.valid_parameters[each.name],
                "bad": covered.invalid_parameters[each.name],
                "left_out": covered.omitted_parameters[each.name],
            }
            for each in covered.parameters
        ],
        "values": [
            {"parameter": name, "value": value, "sent": covered.enum_values[name, value]}
            for name, value in covered.documented_enum_values
        ],
        "errors": [{"id": name, "answered": covered.answered_errors[name]} for name in covered.documented_errors],
        "fields": [
            {"pointer": each.pointer, **{sight: covered.seen_fields[each.pointer, sight] for sight in FIELD_STATES}}
            for each in covered.documented_fields
        ],
    }
