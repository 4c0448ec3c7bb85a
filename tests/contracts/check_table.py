"""The table of checks in docs/check.md; run as a program it writes it there."""

from pathlib import Path

from lookalike_contracts.checks import select_checks

PAGE = Path(__file__).parents[2] / "docs" / "check.md"
BEGIN = "<!-- checks -->\n"
END = "<!-- end of checks -->"


def render_table() -> str:
    checks = sorted(select_checks(), key=lambda check: check.family)
    rows = [f"| `{check.id}` | {check.summary}{' *A warning.*' * (check.severity == 'warning')} |" for check in checks]
    return "\n".join(["", "| check | holds |", "| --- | --- |", *rows, "", ""])


def render_page(text: str) -> str:
    """Return the page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + render_table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(render_page(PAGE.read_text("utf-8")), "utf-8")
