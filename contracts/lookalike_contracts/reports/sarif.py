"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import Any

from ..registry import Check
from .clean import clean
from .location import file
from .report import Report, Told

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "lookalike/v1"


def as_sarif(report: Report) -> str:
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
        "results": [_result(told, rules[told.check]) for told in report.told],
    }


def _invocation(report: Report) -> dict[str, Any]:
    """How the run went; what could not be checked is a notification."""
    notifications: list[dict[str, Any]] = [
        {
            "level": "warning",
            "message": {"text": clean(f"{outcome.api}/{outcome.operation}: could not check: {outcome.reason}")},
            "associatedRule": {"id": outcome.check},
        }
        for outcome in report.outcomes
        if report.state(outcome) == "could not check"
    ]
    if report.interrupted:
        notifications.append({"level": "error", "message": {"text": "interrupted before all was checked"}})
    return {
        "executionSuccessful": not report.interrupted,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.says},
        "fullDescription": {"text": f"{check.says} {check.why}"},
        "help": {"text": f"{check.how}\nSource: {check.source}"},
        "defaultConfiguration": {"level": check.severity},
        "properties": {"tags": [check.family]},
    }


def _result(told: Told, rule: int) -> dict[str, Any]:
    place = told.shown.place
    result: dict[str, Any] = {
        "ruleId": told.check,
        "ruleIndex": rule,
        "level": told.severity,
        "message": {"text": clean(_message(told))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file(place)},
                    "region": {"startLine": place.line},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{told.api}/{told.operation}", "kind": "function"}],
            }
        ],
        "partialFingerprints": {FINGERPRINT: told.fingerprint},
        "properties": {
            "pointer": told.pointer,
            "rule": place.pointer,
            "seed": told.seed,
            "curl": clean(told.shown.curl),
            "python": clean(told.shown.python),
            "request": clean(told.shown.request),
            "reply": clean(told.shown.reply),
            "again": told.again,
        },
    }
    if told.accepted:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": clean(told.accepted)}]
    return result


def _message(told: Told) -> str:
    where = f" at {told.pointer}" if told.pointer else ""
    return f"{told.api}/{told.operation}{where}: {told.message}\nAgain: {told.again}"
