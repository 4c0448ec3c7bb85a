"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import Any

from ..registry import Check
from .escape import clean_text
from .location import get_display_path
from .report import Report, ReportedFinding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# a key names how a fingerprint is made; one made another way gets another version
FINGERPRINT_KEY = "lookalike/v1"


def render_sarif(report: Report) -> str:
    """Return a log of one run whose rules are the checks."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_build_run(report)]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _build_run(report: Report) -> dict[str, Any]:
    rules = {check.id: number for number, check in enumerate(report.checks)}
    driver = {"name": "lookalike", "version": report.version, "rules": [_build_rule(check) for check in report.checks]}
    return {
        "tool": {"driver": driver},
        # Python's strings count code points; without this a reader would take UTF-16 for granted
        "columnKind": "unicodeCodePoints",
        "invocations": [_build_invocation(report)],
        "results": [_build_result(finding, rules[finding.check]) for finding in report.findings],
    }


def _build_invocation(report: Report) -> dict[str, Any]:
    """Return how the run went; each check that could not be made is a notification."""
    notifications: list[dict[str, Any]] = [
        {
            "level": "warning",
            "message": {"text": clean_text(f"{result.api}/{result.operation}: could not check: {result.reason}")},
            "associatedRule": {"id": result.check},
        }
        for result in report.results
        if report.get_state(result) == "could not check"
    ]
    if report.is_interrupted:
        notifications.append({"level": "error", "message": {"text": "interrupted before all was checked"}})
    return {
        "executionSuccessful": not report.is_interrupted,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _build_rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.summary},
        "fullDescription": {"text": f"{check.summary} {check.rationale}"},
        "help": {"text": f"{check.remediation}\nSource: {check.source}"},
        "defaultConfiguration": {"level": check.severity},
        "properties": {"tags": [check.family]},
    }


def _build_result(finding: ReportedFinding, rule: int) -> dict[str, Any]:
    location = finding.evidence.location
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": clean_text(_format_message(finding))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": get_display_path(location)},
                    "region": {"startLine": location.line},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{finding.api}/{finding.operation}", "kind": "function"}],
            }
        ],
        "partialFingerprints": {FINGERPRINT_KEY: finding.fingerprint},
        "properties": {
            "pointer": finding.pointer,
            "rule": location.pointer,
            "seed": finding.seed,
            "curl": clean_text(finding.evidence.curl),
            "python": clean_text(finding.evidence.python),
            "request": clean_text(finding.evidence.request),
            "response": clean_text(finding.evidence.response),
            "rerun_command": finding.rerun_command,
        },
    }
    if finding.accepted_reason:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": clean_text(finding.accepted_reason)}
        ]
    return result


def _format_message(finding: ReportedFinding) -> str:
    where = f" at {finding.pointer}" if finding.pointer else ""
    return f"{finding.api}/{finding.operation}{where}: {finding.message}\nAgain: {finding.rerun_command}"
