"""The report as JSON, for programs; `schema.json` beside this says what is in it."""

from __future__ import annotations

import json
from typing import Any, Final

from lookalike_specs.printable_text import break_workflow_commands
from lookalike_specs.provenance import Source

from ..coverage import FIELD_STATES, OperationCoverage, compute_shares, group_missing_errors
from .location import get_display_path, quote_source
from .report import Report, ReportedFinding, ResultState

# within a version fields are only added; whoever renames or removes one makes it 2
REPORT_VERSION = 1
COUNTED_STATES: Final[dict[str, ResultState]] = {
    "errors": "failed",
    "warnings": "warned",
    "notes": "noted",
    "accepted": "accepted",
}


def render_json(report: Report) -> str:
    """Return one JSON object."""
    text = json.dumps(build_json(report), ensure_ascii=False, indent=2) + "\n"
    return break_workflow_commands(text)


def build_json(report: Report) -> dict[str, Any]:
    """Return the report as plain values, as `schema.json` describes them."""
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
            {
                "id": check.id,
                "summary": check.summary,
                "severity": check.severity,
                "source": check.source,
                "provenance": _build_provenance(check.provenance, ""),
            }
            for check in report.checks
        ],
        "counts": {name: report.count_findings(state) for name, state in COUNTED_STATES.items()},
        "results": [
            {
                "check": result.check,
                "api": result.api,
                "operation": result.operation,
                "status": report.get_state(result),
                "request_count": result.request_count,
                "reason": result.reason,
            }
            for result in report.results
        ],
        "findings": [_build_finding(finding) for finding in report.findings],
        "groups": [
            {
                "fingerprint": group.first.fingerprint,
                "count": 1 + len(group.others),
                "members": [finding.fingerprint for finding in (group.first, *group.others)],
            }
            for group in report.groups
        ],
        "notes": list(report.notes),
        "coverage": [_build_operation_coverage(coverage) for coverage in report.coverage.operations.values()],
        "missing_errors": [
            {"api": api.id, "needs": need, "errors": errors}
            for api in report.apis
            for need, errors in group_missing_errors(report.coverage, api).items()
        ],
    }


def _build_finding(finding: ReportedFinding) -> dict[str, Any]:
    location = finding.evidence.location
    return {
        "fingerprint": finding.fingerprint,
        "check": finding.check,
        "severity": finding.severity,
        "api": finding.api,
        "operation": finding.operation,
        "message": finding.message,
        "pointer": finding.pointer,
        "provenance": _build_provenance(finding.provenance, finding.provenance_pointer),
        "location": {
            "file": get_display_path(location),
            "pointer": location.pointer,
            "line": location.line,
            "quote": quote_source(location),
        },
        "request": finding.evidence.request,
        "response": finding.evidence.response,
        "curl": finding.evidence.curl,
        "python": finding.evidence.python,
        "seed": finding.seed,
        "rerun_command": finding.rerun_command,
        "accepted_reason": finding.accepted_reason,
    }


def _build_provenance(source: Source | None, pointer: str) -> dict[str, str] | None:
    if source is None:
        return None
    return {"kind": source.kind, "source": source.source, "pointer": pointer}


def _build_operation_coverage(coverage: OperationCoverage) -> dict[str, Any]:
    return {
        "api": coverage.api.id,
        "operation": coverage.operation.id,
        "request_count": coverage.request_count,
        "totals": {kind: share._asdict() for kind, share in compute_shares(coverage).items()},
        "parameters": [
            {
                "name": parameter.name,
                "good": coverage.valid_parameters[parameter.name],
                "bad": coverage.invalid_parameters[parameter.name],
                "left_out": coverage.omitted_parameters[parameter.name],
            }
            for parameter in coverage.parameters
        ],
        "values": [
            {"parameter": name, "value": value, "sent": coverage.enum_values[name, value]}
            for name, value in coverage.documented_enum_values
        ],
        "errors": [{"id": name, "answered": coverage.answered_errors[name]} for name in coverage.documented_errors],
        "fields": [
            {"pointer": field.pointer, **{state: coverage.seen_fields[field.pointer, state] for state in FIELD_STATES}}
            for field in coverage.documented_fields
        ],
    }
