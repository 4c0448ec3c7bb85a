"""The report as JUnit's XML, which every CI reads."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lookalike_specs import Api

from ..results import CheckResult
from .report import Report, ReportedFinding
from .util import clean_text, get_display_path


def render_junit(report: Report) -> str:
    """A suite for each API, a case for each check at each operation."""
    root = Element("testsuites", name="lookalike check", time=f"{report.seconds:.3f}")
    for api in report.apis:
        _suite(root, report, api)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, report: Report, api: Api) -> None:
    suite = SubElement(root, "testsuite", name=api.id)
    properties = SubElement(suite, "properties")
    for name, value in _properties(report).items():
        SubElement(properties, "property", name=name, value=clean_text(value))
    outcomes = [outcome for outcome in report.results if outcome.api == api.id]
    for outcome in outcomes:
        _case(suite, report, outcome)
    suite.set("tests", str(len(outcomes)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _properties(report: Report) -> dict[str, str]:
    return {"target": report.target, "seed": str(report.seed)} | (
        {"interrupted": "true"} if report.is_interrupted else {}
    )


def _case(suite: Element, report: Report, outcome: CheckResult) -> None:
    case = SubElement(suite, "testcase", classname=f"{outcome.api}.{outcome.operation}", name=outcome.check)
    found = report.get_findings(outcome)
    state = report.get_state(outcome)
    if state == "failed":
        counting = [told for told in found if told.state == "failed"]
        failure = SubElement(case, "failure", type=outcome.check, message=clean_text(counting[0].message))
        failure.text = "\n\n".join(clean_text(_format_finding(told)) for told in counting)
    elif state == "could not check":
        SubElement(case, "error", type="could not check", message=clean_text(outcome.reason))
    elif state == "does not apply":
        SubElement(case, "skipped", message="does not apply to this operation")
    beside = [told for told in found if told.state != "failed"]
    if beside:
        out = SubElement(case, "system-out")
        out.text = "\n\n".join(
            clean_text(f"{told.state}: {told.accepted_reason}\n{_format_finding(told)}") for told in beside
        )


def _format_finding(told: ReportedFinding) -> str:
    place = told.evidence.location
    return "\n".join(
        (
            told.message,
            f"where: {told.pointer}",
            f"rule:  {get_display_path(place)}:{place.line} {place.pointer}",
            f"again: {told.rerun_command}",
            f"id:    {told.fingerprint}",
            "",
            told.evidence.curl,
            "",
            told.evidence.request,
            "",
            told.evidence.response,
        )
    )
