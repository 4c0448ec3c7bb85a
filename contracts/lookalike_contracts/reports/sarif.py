"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import Any

from ..registry import Check
from .report import Report, ReportedFinding
from .util import clean_text, get_display_path

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT_KEY = "lookalike/v1"


def render_sarif(report: Report) -> str:
    """One run; its rules are the checks."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _run(report: Report) -> dict[str, Any]:
    rules = {check.id: number for number, check in enumerate(report.checks)}
    driver = {"name": "lookalike", "version": report.version, "rules": [_rule(check) for check in report.checks]}
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(told, rules[told.check]) for told in report.findings],
    }


def _invocation(report: Report) -> dict[str, Any]:
    """How the run went; what could not be checked is a notification."""
    notifications: list[dict[str, Any]] = [
        {
            "level": "warning",
            "message": {"text": clean_text(f"{outcome.api}/{outcome.operation}: could not check: {outcome.reason}")},
            "associatedRule": {"id": outcome.check},
        }
        for outcome in report.results
        if report.get_state(outcome) == "could not check"
    ]
    if report.is_interrupted:
        notifications.append({"level": "error", "message": {"text": "interrupted before all was checked"}})
    return {
        "executionSuccessful": not report.is_interrupted,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.summary},
        "fullDescription": {"text": f"{check.summary} {check.rationale}"},
        "help": {"text": f"{check.remediation}\nSource: {check.source}"},
        "defaultConfiguration": {"level": check.severity},
        "properties": {"tags": [check.family]},
    }


def _result(told: ReportedFinding, rule: int) -> dict[str, Any]:
    place = told.evidence.location
    result: dict[str, Any] = {
        "ruleId": told.check,
        "ruleIndex": rule,
        "level": told.severity,
        "message": {"text": clean_text(_message(told))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": get_display_path(place)},
                    "region": {"startLine": place.line},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{told.api}/{told.operation}", "kind": "function"}],
            }
        ],
        "partialFingerprints": {FINGERPRINT_KEY: told.fingerprint},
        "properties": {
            "pointer": told.pointer,
            "rule": place.pointer,
            "seed": told.seed,
            "curl": clean_text(told.evidence.curl),
            "python": clean_text(told.evidence.python),
            "request": clean_text(told.evidence.request),
            "response": clean_text(told.evidence.response),
            "rerun_command": told.rerun_command,
        },
    }
    if told.accepted_reason:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": clean_text(told.accepted_reason)}
        ]
    return result


def _message(told: ReportedFinding) -> str:
    where = f" at {told.pointer}" if told.pointer else ""
    return f"{told.api}/{told.operation}{where}: {told.message}\nAgain: {told.rerun_command}"
