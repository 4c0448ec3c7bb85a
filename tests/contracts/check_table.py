"""The table of checks in docs/check.md; run as a program it writes it there."""

from pathlib import Path

from lookalike_contracts.checks import chosen

PAGE = Path(__file__).parents[2] / "docs" / "check.md"
BEGIN, END = "<!-- checks -->\n", "<!-- end of checks -->"


def table() -> str:
    checks = sorted(chosen(), key=lambda check: check.family)
    rows = [f"| `{check.id}` | {check.says}{' *A warning.*' * (check.severity == 'warning')} |" for check in checks]
    return "\n".join(["", "| check | holds |", "| --- | --- |", *rows, "", ""])


def page(text: str) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
