"""The report as JUnit's XML: a suite for each client and API, a case for each case."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lookalike_specs.printable_text import CHARACTER_REFERENCES, break_workflow_commands

from ...reports.escape import clean_text
from .report import CaseFinding, CaseReport, CertificationReport, CertifiedClient

COUNTED_ELEMENTS: Final = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def render_junit(report: CertificationReport) -> str:
    """Return the XML. A case that was not judged is an error, as it is no pass."""
    root = Element("testsuites", name="lookalike certify", time=_sum_seconds(report.cases))
    for client in report.clients:
        for api in sorted({case.api for case in report.cases if case.client == client.label}):
            cases = [case for case in report.cases if (case.client, case.api) == (client.label, api)]
            _add_suite(root, report, client, api, cases)
    for name in ("tests", *(name for name, _ in COUNTED_ELEMENTS)):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'
    return break_workflow_commands(text, CHARACTER_REFERENCES)


def _add_suite(
    root: Element, report: CertificationReport, client: CertifiedClient, api: str, cases: list[CaseReport]
) -> None:
    name = f"{client.label} {api}"
    suite = SubElement(root, "testsuite", name=clean_text(name), time=_sum_seconds(cases))
    properties = SubElement(suite, "properties")
    for key, value in (("suite", report.settings.suite), ("seed", report.settings.seed)):
        SubElement(properties, "property", name=key, value=str(value))
    for case in cases:
        _add_case(suite, report, case)
    suite.set("tests", str(len(cases)))
    for key, tag in COUNTED_ELEMENTS:
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))


def _add_case(suite: Element, report: CertificationReport, case: CaseReport) -> None:
    element = SubElement(
        suite,
        "testcase",
        classname=clean_text(f"{case.client}.{case.operation}"),
        name=clean_text(case.id),
        time=f"{case.seconds:.3f}",
    )
    failing = [finding for finding in case.counting_findings if finding.severity == "error"]
    others = [finding for finding in case.findings if finding not in failing]
    if failing:
        message = f"{failing[0].message} ({failing[0].provenance.kind})"
        failure = SubElement(element, "failure", type=failing[0].check, message=clean_text(message))
        parts = [_format_finding(report, finding) for finding in failing]
        failure.text = clean_text("\n\n".join([*parts, _format_evidence(case)]))
    elif case.verdict == "not judged":
        SubElement(element, "error", type="not judged", message=clean_text(case.reason))
    if others:
        # JUnit knows neither warnings nor notes: a CI would count any other element as a failure
        output = SubElement(element, "system-out")
        output.text = clean_text("\n\n".join(_format_other(report, finding) for finding in others))


def _format_other(report: CertificationReport, finding: CaseFinding) -> str:
    heading: str = finding.severity
    if finding.accepted_reason:
        heading = f"accepted: {finding.accepted_reason}"
    return f"{heading}\n{_format_finding(report, finding)}"


def _format_finding(report: CertificationReport, finding: CaseFinding) -> str:
    check = report.get_check(finding.check)
    lines = (
        f"{finding.check}: {finding.message}",
        f"why:  {check.rationale}",
        f"how:  {check.remediation}",
        f"fact: {finding.provenance}",
        f"id:   {finding.fingerprint}",
    )
    return "\n".join(lines)


def _format_evidence(case: CaseReport) -> str:
    parts = [f"the client gave: {case.answer}\nagain: {case.rerun_command}"]
    for exchange in case.exchanges:
        parts += [exchange.request.head, exchange.request.body, exchange.response.head, exchange.response.body]
    return "\n\n".join(filter(None, parts))


def _sum_seconds(cases: tuple[CaseReport, ...] | list[CaseReport]) -> str:
    return f"{sum(case.seconds for case in cases):.3f}"
