"""The report as JUnit's XML, which every CI reads."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lookalike_specs import Api
from lookalike_specs.printable_text import CHARACTER_REFERENCES, break_workflow_commands

from ..results import CheckResult
from .escape import clean_text
from .location import get_display_path
from .report import Report, ReportedFinding
from .text import format_provenance


def render_junit(report: Report) -> str:
    """Return a suite for each API with a case for each check at each operation."""
    root = Element("testsuites", name="lookalike check", time=f"{report.seconds:.3f}")
    for api in report.apis:
        _add_suite(root, report, api)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'
    return break_workflow_commands(text, CHARACTER_REFERENCES)


def _add_suite(root: Element, report: Report, api: Api) -> None:
    suite = SubElement(root, "testsuite", name=api.id)
    properties = SubElement(suite, "properties")
    for name, value in _list_properties(report).items():
        SubElement(properties, "property", name=name, value=clean_text(value))
    results = [result for result in report.results if result.api == api.id]
    for result in results:
        _add_case(suite, report, result)
    suite.set("tests", str(len(results)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _list_properties(report: Report) -> dict[str, str]:
    properties = {"target": report.target, "seed": str(report.seed)}
    if report.is_interrupted:
        properties["interrupted"] = "true"
    return properties


def _add_case(suite: Element, report: Report, result: CheckResult) -> None:
    case = SubElement(suite, "testcase", classname=f"{result.api}.{result.operation}", name=result.check)
    findings = report.get_findings(result)
    failed = [finding for finding in findings if finding.state == "failed"]
    others = [finding for finding in findings if finding.state != "failed"]
    state = report.get_state(result)
    if state == "failed":
        message = f"{failed[0].message} ({failed[0].provenance.kind})"
        failure = SubElement(case, "failure", type=result.check, message=clean_text(message))
        failure.text = "\n\n".join(clean_text(_format_finding(finding)) for finding in failed)
    elif state == "could not check":
        SubElement(case, "error", type="could not check", message=clean_text(result.reason))
    elif state == "does not apply":
        SubElement(case, "skipped", message="does not apply to this operation")
    if others:
        # JUnit knows neither warnings nor notes: a CI would count any other element as a failure
        output = SubElement(case, "system-out")
        output.text = "\n\n".join(clean_text(_format_unfailed(finding)) for finding in others)


def _format_unfailed(finding: ReportedFinding) -> str:
    heading = f"accepted: {finding.accepted_reason}" if finding.accepted_reason else finding.severity
    return f"{heading}\n{_format_finding(finding)}"


def _format_finding(finding: ReportedFinding) -> str:
    location = finding.evidence.location
    return "\n".join(
        (
            finding.message,
            f"where: {finding.pointer}",
            f"rule:  {get_display_path(location)}:{location.line} {location.pointer}",
            f"fact:  {format_provenance(finding)}",
            f"again: {finding.rerun_command}",
            f"id:    {finding.fingerprint}",
            "",
            finding.evidence.curl,
            "",
            finding.evidence.request,
            "",
            finding.evidence.response,
        )
    )
