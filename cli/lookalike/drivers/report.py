"""What came of asking a driver, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from ..output import indent_lines, render_table, style_bold, style_dim
from .compare import DriverDifference, TaskResult

MAX_DIFFERENCES: Final = 20
REPORT_VERSION: Final = 1
HEADER: Final = ("scheme", "signed", "differ", "verdicts", "differ", "not tested")
LABEL_WIDTH: Final = 10


def render_text(results: Sequence[TaskResult]) -> str:
    """Return a table, the first differences in full, and the reasons for what was not tested."""
    rows = [[str(cell) for cell in row.values()] for row in _summarize_schemes(results)]
    parts = [render_table(rows, HEADER)]
    differing = [result for result in results if result.outcome == "differs"]
    parts += [_render_difference(result) for result in differing[:MAX_DIFFERENCES]]
    if len(differing) > MAX_DIFFERENCES:
        parts.append(f"and {len(differing) - MAX_DIFFERENCES} more; --json has them all")
    untested = [result for result in results if result.outcome == "not-tested"]
    reasons = Counter((result.scheme, result.kind, result.message) for result in untested)
    for (scheme, kind, reason), count in reasons.items():
        parts.append(f"Not tested: {scheme} {kind}, {count}: {reason}")
    return "\n\n".join(parts)


def build_payload(driver: str, results: Sequence[TaskResult]) -> dict[str, Any]:
    """Return the report as it stands in JSON."""
    return {
        "version": REPORT_VERSION,
        "driver": driver,
        "schemes": _summarize_schemes(results),
        "differences": [result.to_dict() for result in results if result.outcome == "differs"],
        "notTested": [result.to_dict() for result in results if result.outcome == "not-tested"],
    }


def _summarize_schemes(results: Sequence[TaskResult]) -> list[dict[str, Any]]:
    count = Counter((result.scheme, result.kind, result.outcome) for result in results)
    schemes = dict.fromkeys(result.scheme for result in results)
    return [
        {
            "scheme": scheme,
            "signed": count[scheme, "sign", "same"] + count[scheme, "sign", "differs"],
            "signedDiffer": count[scheme, "sign", "differs"],
            "verdicts": count[scheme, "verify", "same"] + count[scheme, "verify", "differs"],
            "verdictsDiffer": count[scheme, "verify", "differs"],
            "notTested": count[scheme, "sign", "not-tested"] + count[scheme, "verify", "not-tested"],
        }
        for scheme in schemes
    ]


def _render_difference(result: TaskResult) -> str:
    name = style_bold(f"{result.scheme}/{result.tc_id}")
    head = f"{name}  {result.kind}  {result.comment}  {style_dim(', '.join(result.flags))}"
    lines = [result.message]
    if result.difference:
        lines += _render_excerpts(result.difference)
    text = "\n".join(lines)
    return f"{head}\n{indent_lines(text, '  ')}"


def _render_excerpts(difference: DriverDifference) -> list[str]:
    """Return both texts around the byte, and a mark below it."""
    # of repr without its quotes: line breaks and the like are to be seen
    before = repr(difference.before)[1:-1]
    expected = repr(difference.expected)[1:-1]
    driver = repr(difference.driver)[1:-1]
    return [
        f"{'expected':<{LABEL_WIDTH}}{before}{expected}",
        f"{'driver':<{LABEL_WIDTH}}{before}{driver}",
        " " * (LABEL_WIDTH + len(before)) + "^",
    ]
