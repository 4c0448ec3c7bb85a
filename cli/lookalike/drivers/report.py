"""What came of asking a driver, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ..text import block, faint, strong, table
from .verdict import Finding, Part

MOST: Final = 20
VERSION: Final = 1
HEADER: Final = ("scheme", "signed", "differ", "verdicts", "differ", "not tested")


def text(findings: Sequence[Finding]) -> str:
    """A table, the first differences in full, the reasons for what was not tested."""
    wrong = [found for found in findings if found.outcome == "differs"]
    parts = [table([[str(cell) for cell in row.values()] for row in _rows(findings)], HEADER)]
    parts += [_difference(found) for found in wrong[:MOST]]
    if len(wrong) > MOST:
        parts.append(f"and {len(wrong) - MOST} more; --json has them all")
    reasons = Counter((found.scheme, found.kind, found.told) for found in findings if found.outcome == "not-tested")
    parts += [f"Not tested: {scheme} {kind}, {count}: {told}" for (scheme, kind, told), count in reasons.items()]
    return "\n\n".join(parts)


def as_json(driver: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """The same as values."""
    return {
        "version": VERSION,
        "driver": driver,
        "schemes": _rows(findings),
        "differences": [found.to_dict() for found in findings if found.outcome == "differs"],
        "notTested": [found.to_dict() for found in findings if found.outcome == "not-tested"],
    }


def _rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
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


def _difference(found: Finding) -> str:
    head = f"{strong(f'{found.scheme}/{found.tc_id}')}  {found.kind}  {found.comment}  {faint(', '.join(found.flags))}"
    lines = [found.told, *(_both(found.part) if found.part else ())]
    return f"{head}\n{block(chr(10).join(lines), '  ')}"


def _both(part: Part) -> list[str]:
    """Both texts around the byte, and a mark below it."""
    before = repr(part.before)[1:-1]
    sides = (("expected", part.expected), ("driver", part.driver))
    shown = [f"{name:<8}  {before}{repr(value)[1:-1]}" for name, value in sides]
    return [*shown, " " * (10 + len(before)) + "^"]
