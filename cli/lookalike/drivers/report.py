"""What came of asking a driver, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ..output import indent_lines, render_table, style_bold, style_dim
from .compare import DriverDifference, TaskResult

MAX_DIFFERENCES: Final = 20
REPORT_VERSION: Final = 1
HEADER: Final = ("scheme", "signed", "differ", "verdicts", "differ", "not tested")


def render_text(findings: Sequence[TaskResult]) -> str:
    """A table, the first differences in full, the reasons for what was not tested."""
    wrong = [found for found in findings if found.outcome == "differs"]
    parts = [render_table([[str(cell) for cell in row.values()] for row in _summarize_schemes(findings)], HEADER)]
    parts += [_render_difference(found) for found in wrong[:MAX_DIFFERENCES]]
    if len(wrong) > MAX_DIFFERENCES:
        parts.append(f"and {len(wrong) - MAX_DIFFERENCES} more; --json has them all")
    reasons = Counter((found.scheme, found.kind, found.message) for found in findings if found.outcome == "not-tested")
    parts += [f"Not tested: {scheme} {kind}, {count}: {told}" for (scheme, kind, told), count in reasons.items()]
    return "\n\n".join(parts)


def build_payload(driver: str, findings: Sequence[TaskResult]) -> dict[str, Any]:
    """The same as values."""
    return {
        "version": REPORT_VERSION,
        "driver": driver,
        "schemes": _summarize_schemes(findings),
        "differences": [found.to_dict() for found in findings if found.outcome == "differs"],
        "notTested": [found.to_dict() for found in findings if found.outcome == "not-tested"],
    }


def _summarize_schemes(findings: Iterable[TaskResult]) -> list[dict[str, Any]]:
    found = list(findings)
    count = Counter((each.scheme, each.kind, each.outcome) for each in found)
    return [
        {
            "scheme": scheme,
            "signed": count[scheme, "sign", "same"] + count[scheme, "sign", "differs"],
            "signedDiffer": count[scheme, "sign", "differs"],
            "verdicts": count[scheme, "verify", "same"] + count[scheme, "verify", "differs"],
            "verdictsDiffer": count[scheme, "verify", "differs"],
            "notTested": count[scheme, "sign", "not-tested"] + count[scheme, "verify", "not-tested"],
        }
        for scheme in dict.fromkeys(each.scheme for each in found)
    ]


def _render_difference(found: TaskResult) -> str:
    head = f"{style_bold(f'{found.scheme}/{found.tc_id}')}  {found.kind}  {found.comment}  {style_dim(', '.join(found.flags))}"
    lines = [found.message, *(_render_excerpts(found.difference) if found.difference else ())]
    return f"{head}\n{indent_lines(chr(10).join(lines), '  ')}"


def _render_excerpts(part: DriverDifference) -> list[str]:
    """Both texts around the byte, and a mark below it."""
    before = repr(part.before)[1:-1]
    sides = (("expected", part.expected), ("driver", part.driver))
    shown = [f"{name:<8}  {before}{repr(value)[1:-1]}" for name, value in sides]
    return [*shown, " " * (10 + len(before)) + "^"]
