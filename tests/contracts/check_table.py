"""The table of checks in docs/check.md; run as a program it writes it there."""

from pathlib import Path

from lookalike_contracts.checks import select_checks
from lookalike_contracts.registry import Check
from lookalike_contracts.severity import DEFAULT_TRUST

PAGE = Path(__file__).parents[2] / "docs" / "check.md"
BEGIN = "<!-- checks -->\n"
END = "<!-- end of checks -->"


def render_table() -> str:
    checks = sorted(select_checks(), key=lambda check: check.family)
    rows = [f"| `{check.id}` | {check.summary}{_describe_premise(check)} |" for check in checks]
    return "\n".join(["", "| check | holds |", "| --- | --- |", *rows, "", ""])


def _describe_premise(check: Check) -> str:
    """Return what the check takes for true that no document says, where that is less than documented."""
    if check.provenance is None or check.provenance.kind in DEFAULT_TRUST:
        return ""
    return f" *{check.provenance.kind.capitalize()}.*"


def render_page(text: str) -> str:
    """Return the page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + render_table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(render_page(PAGE.read_text("utf-8")), "utf-8")
