"""Texts of others in Markdown: as code, of which nothing is obeyed."""

from __future__ import annotations

import html
import re

from .escape import clean_line, clean_text


def render_code_element(text: str) -> str:
    """Return the text as code by HTML's means; inside a `summary` Markdown's own count for nothing."""
    return f"<code>{html.escape(clean_line(text))}</code>"


def render_code(text: str) -> str:
    """Return the text as code, in which `@name` mentions nobody and `# 1` is no heading."""
    fence = "`" * (1 + _measure_longest_run(text))
    space = " " if "`" in text else ""
    return f"{fence}{space}{clean_line(text)}{space}{fence}"


def render_block(language: str, text: str) -> str:
    """Return a block of code that nothing inside of it can end: its fence is longer than any in the text."""
    fence = "`" * max(3, 1 + _measure_longest_run(text))
    return f"{fence}{language}\n{clean_text(text)}\n{fence}"


def _measure_longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
