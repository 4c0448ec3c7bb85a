"""The report as JSON, for programs; `schema.json` beside this says what is in it."""

from __future__ import annotations

import json
from typing import Any

from ..coverage import SIGHTS, Covered, shares
from .location import file
from .report import Report, Told

VERSION = 1


def as_json(report: Report) -> str:
    """One JSON object."""
    return json.dumps(data(report), ensure_ascii=False, indent=2) + "\n"


def data(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "version": VERSION,
        "tool": {"name": "lookalike", "version": report.version},
        "target": report.target,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "cases": report.cases,
        "interrupted": report.interrupted,
        "exit_code": report.exit_code,
        "apis": [api.id for api in report.apis],
        "checks": [
            {"id": check.id, "says": check.says, "severity": check.severity, "source": check.source}
            for check in report.checks
        ],
        "outcomes": [
            {
                "check": outcome.check,
                "api": outcome.api,
                "operation": outcome.operation,
                "result": report.state(outcome),
                "cases": outcome.cases,
                "reason": outcome.reason,
            }
            for outcome in report.outcomes
        ],
        "findings": [_finding(told) for told in report.told],
        "notes": list(report.notes),
        "coverage": [_covered(covered) for covered in report.coverage.operations.values()],
    }


def _finding(told: Told) -> dict[str, Any]:
    place = told.shown.place
    return {
        "fingerprint": told.fingerprint,
        "check": told.check,
        "severity": told.severity,
        "api": told.api,
        "operation": told.operation,
        "message": told.message,
        "pointer": told.pointer,
        "place": {"file": file(place), "pointer": place.pointer, "line": place.line},
        "request": told.shown.request,
        "reply": told.shown.reply,
        "curl": told.shown.curl,
        "python": told.shown.python,
        "seed": told.seed,
        "again": told.again,
        "accepted": told.accepted,
    }


def _covered(covered: Covered) -> dict[str, Any]:
    return {
        "api": covered.api.id,
        "operation": covered.operation.id,
        "asked": covered.asked,
        "totals": {kind: share._asdict() for kind, share in shares(covered).items()},
        "parameters": [
            {
                "name": each.name,
                "good": covered.good[each.name],
                "bad": covered.bad[each.name],
                "left_out": covered.left_out[each.name],
            }
            for each in covered.parameters
        ],
        "values": [
            {"parameter": name, "value": value, "sent": covered.values[name, value]}
            for name, value in covered.enumerated
        ],
        "errors": [{"id": name, "answered": covered.errors[name]} for name in covered.documented],
        "fields": [
            {"pointer": each.pointer, **{sight: covered.fields[each.pointer, sight] for sight in SIGHTS}}
            for each in covered.shape
        ],
    }
