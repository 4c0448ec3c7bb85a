"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from lookalike_specs.printable_text import break_workflow_commands

from ..registry import Check
from .escape import clean_text
from .location import get_display_path, quote_source
from .report import Report, ReportedFinding
from .text import format_provenance

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# a key names how a fingerprint is made; one made another way gets another version
FINGERPRINT_KEY = "lookalike/v1"
# GitHub refuses a run of more results, and a file of more than 10 MB
MAX_RESULTS: Final = 25_000
MAX_LOG_BYTES: Final = 9_000_000
# of results with their requests and responses; those that come after have the message and the places alone
MAX_EVIDENCE_BYTES: Final = 6_000_000
EVIDENCE_PROPERTIES: Final = ("curl", "python", "request", "response")


def render_sarif(report: Report) -> str:
    """Return a log of one run whose rules are the checks."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_build_run(report)]}
    return break_workflow_commands(json.dumps(log, ensure_ascii=False, indent=2) + "\n")


def _build_run(report: Report) -> dict[str, Any]:
    rules = {check.id: number for number, check in enumerate(report.checks)}
    results = _build_results(report, rules)
    driver = {"name": "lookalike", "version": report.version, "rules": [_build_rule(check) for check in report.checks]}
    return {
        "tool": {"driver": driver},
        # Python's strings count code points; without this a reader would take UTF-16 for granted
        "columnKind": "unicodeCodePoints",
        "invocations": [_build_invocation(report, len(report.findings) - len(results))],
        "results": results,
    }


def _build_results(report: Report, rules: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return as many results as code scanning takes; the last of many come without requests and responses."""
    results: list[dict[str, Any]] = []
    size = 0
    for finding in report.findings[:MAX_RESULTS]:
        result = _build_result(finding, rules[finding.check], report.sarif_file)
        if size > MAX_EVIDENCE_BYTES:
            for name in EVIDENCE_PROPERTIES:
                del result["properties"][name]
        size += len(json.dumps(result, indent=2))
        if size > MAX_LOG_BYTES:
            break
        results.append(result)
    return results


def _build_invocation(report: Report, omitted_count: int) -> dict[str, Any]:
    """Return how the run went; what could not be checked is a notification for each operation and reason."""
    notifications: list[dict[str, Any]] = [
        {
            "level": "warning",
            "message": {
                "text": clean_text(f"{group.scope}: could not check {', '.join(group.checks)}: {group.reason}")
            },
            "associatedRule": {"id": group.checks[0]},
        }
        for group in report.unchecked_groups
    ]
    if omitted_count:
        text = f"{omitted_count} findings are left out, as code scanning takes no larger file; the JSON report has all"
        notifications.append({"level": "warning", "message": {"text": text}})
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
        "properties": {"tags": [check.family], **_describe_premise(check)},
    }


def _describe_premise(check: Check) -> dict[str, Any]:
    if check.provenance is None:
        return {}
    return {"provenance": {"kind": check.provenance.kind, "source": check.provenance.source}}


def _build_result(finding: ReportedFinding, rule: int, file: str) -> dict[str, Any]:
    location = finding.evidence.location
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": clean_text(_format_message(finding))},
        "locations": [
            {
                "physicalLocation": _build_physical_location(finding),
                "logicalLocations": [{"fullyQualifiedName": f"{finding.api}/{finding.operation}", "kind": "function"}],
            }
        ],
        "partialFingerprints": {FINGERPRINT_KEY: finding.fingerprint},
        "properties": {
            "pointer": finding.pointer,
            "rule": location.pointer,
            "provenance": {
                "kind": finding.provenance.kind,
                "source": finding.provenance.source,
                "pointer": finding.provenance_pointer,
            },
            "seed": finding.seed,
            "curl": clean_text(finding.evidence.curl),
            "python": clean_text(finding.evidence.python),
            "request": clean_text(finding.evidence.request),
            "response": clean_text(finding.evidence.response),
            "rerun_command": finding.rerun_command,
        },
    }
    if file:
        # code scanning shows no line of a file that is not in the repository: the user's own file takes its place
        place = result["locations"][0]
        result["relatedLocations"] = [
            {"id": 1, "physicalLocation": place["physicalLocation"], "message": {"text": "rule"}}
        ]
        place["physicalLocation"] = {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}
    if finding.accepted_reason:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": clean_text(finding.accepted_reason)}
        ]
    return result


def _build_physical_location(finding: ReportedFinding) -> dict[str, Any]:
    location = finding.evidence.location
    region: dict[str, Any] = {"startLine": location.line}
    quote = quote_source(location)
    if quote:
        region["snippet"] = {"text": quote}
    return {"artifactLocation": {"uri": get_display_path(location)}, "region": region}


def _format_message(finding: ReportedFinding) -> str:
    where = f" at {finding.pointer}" if finding.pointer else ""
    return (
        f"{finding.api}/{finding.operation}{where}: {finding.message}\n"
        f"Fact: {format_provenance(finding)}\nAgain: {finding.rerun_command}"
    )
