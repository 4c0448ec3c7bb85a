"""What `lookalike exec` prints, and the JSON that it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lookalike_mocks.weather import CALM
from lookalike_specs.printable_text import break_workflow_commands, clean_line

from ..output import render_json, render_table
from .judgement import Complaint
from .launch import InterceptionWay
from .run import Execution
from .traffic import ASPECT_TEXTS, ApiTraffic

MAX_COMPLAINTS: Final = 20
MAX_NAMES: Final = 5
INTERCEPTION_TEXTS: Final[Mapping[InterceptionWay, str]] = {
    "weak": "intercepted in the weak way: by proxy variables, and files that Python and Node.js read at their start",
    "strong": "intercepted in the strong way: in a network of its own, where only the vendors' names lead anywhere",
}


def render_text(execution: Execution) -> str:
    """Return what was wrong, what was met and what was not, without secrets."""
    parts = list(_iter_parts(execution))
    text = "\n\n".join(part for part in parts if part)
    return break_workflow_commands(_redact(execution, text))


def _iter_parts(execution: Execution) -> Iterator[str]:
    for complaint in execution.complaints[:MAX_COMPLAINTS]:
        yield _render_complaint(complaint)
    if len(execution.complaints) > MAX_COMPLAINTS:
        yield f"… and {len(execution.complaints) - MAX_COMPLAINTS} more; --report has them all"
    for traffic in execution.traffics:
        yield _render_traffic(traffic)
    yield "\n".join(_iter_conclusions(execution))


def _render_complaint(complaint: Complaint) -> str:
    violation = complaint.violation
    numbers = ", ".join(map(str, complaint.request_numbers[:MAX_NAMES]))
    noun = "request"
    if len(complaint.request_numbers) > 1:
        noun = "requests"
    if len(complaint.request_numbers) > MAX_NAMES:
        numbers += f" and {len(complaint.request_numbers) - MAX_NAMES} more"
    subject = complaint.api or "no API"
    return "\n".join(
        [
            f"{complaint.severity}: {subject}: {violation.kind}: {clean_line(violation.message)}",
            f"  in: {noun} {numbers}",
            f"  why: {violation.rule} ({clean_line(str(violation.source))})",
        ]
    )


def _render_traffic(traffic: ApiTraffic) -> str:
    rows = []
    for aspect, text in ASPECT_TEXTS.items():
        coverage = traffic.coverage[aspect]
        if coverage.possible:
            names = ", ".join(coverage.met[:MAX_NAMES])
            if len(coverage.met) > MAX_NAMES:
                names += f" and {len(coverage.met) - MAX_NAMES} more"
            rows.append((text, f"{len(coverage.met)} of {len(coverage.possible)}", names))
    return f"{traffic.api}: {count_noun(traffic.request_count, 'request')}\n{render_table(rows, indent='  ')}"


def _iter_conclusions(execution: Execution) -> Iterator[str]:
    options = execution.options
    if options.weather != CALM:
        yield f"weather {options.weather}; --weather {options.weather} --seed {options.seed} brings it again"
    yield from _describe_interception(execution)
    if not execution.request_count:
        yield "Nothing was sent to the sandbox, so nothing was judged. Its address is in LOOKALIKE_BASE_URL."
    if execution.dropped_count:
        yield f"{count_noun(execution.dropped_count, 'exchange')} not judged: so many are not kept"
    for unmet in execution.unmet:
        yield str(unmet)
    counts = [
        count_noun(execution.request_count, "request"),
        count_noun(sum(complaint.severity == "error" for complaint in execution.complaints), "error"),
        f"exit {execution.exit_code}",
    ]
    if execution.status:
        counts.insert(0, f"the command ended with exit status {execution.status}")
    yield ", ".join(counts)


def _describe_interception(execution: Execution) -> Iterator[str]:
    interception = execution.interception
    for note in interception.notes:
        yield clean_line(note)
    if interception.way != "none":
        yield INTERCEPTION_TEXTS[interception.way]
    hosts = ", ".join(interception.hosts_elsewhere[:MAX_NAMES])
    if len(interception.hosts_elsewhere) > MAX_NAMES:
        hosts += f" and {len(interception.hosts_elsewhere) - MAX_NAMES} more"
    if hosts:
        yield f"other hosts were asked: {clean_line(hosts)}"


def count_noun(number: int, noun: str) -> str:
    """Return a number with its noun: `1 request`, `2 requests`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}s"


def render_payload(execution: Execution) -> str:
    """Return the report as JSON, without secrets."""
    return _redact(execution, render_json(build_payload(execution)))


def build_payload(execution: Execution) -> dict[str, Any]:
    """Return what stands in the JSON report."""
    options = execution.options
    return {
        "command": list(options.command),
        "seed": options.seed,
        "weather": options.weather,
        "interception": {
            "way": execution.interception.way,
            "notes": list(execution.interception.notes),
            "hostsElsewhere": list(execution.interception.hosts_elsewhere),
        },
        "status": execution.status,
        "exitCode": execution.exit_code,
        "requests": execution.request_count,
        "notJudged": execution.dropped_count,
        "complaints": [_build_complaint(complaint) for complaint in execution.complaints],
        "unmet": [str(unmet) for unmet in execution.unmet],
        "apis": {traffic.api: _build_traffic(traffic) for traffic in execution.traffics},
    }


def _build_complaint(complaint: Complaint) -> dict[str, Any]:
    violation = complaint.violation
    return {
        "api": complaint.api,
        "severity": complaint.severity,
        "kind": violation.kind,
        "parameter": violation.parameter,
        "message": violation.message,
        "rule": violation.rule,
        "provenance": violation.source.kind,
        "source": violation.source.source,
        "requests": list(complaint.request_numbers),
    }


def _build_traffic(traffic: ApiTraffic) -> dict[str, Any]:
    aspects: dict[str, Any] = {
        aspect: {"met": list(coverage.met), "missing": list(coverage.missing)}
        for aspect, coverage in traffic.coverage.items()
    }
    return {"requests": traffic.request_count, **aspects}


def _redact(execution: Execution, text: str) -> str:
    return execution.redactor.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")
