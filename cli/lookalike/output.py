"""Plain text for a terminal: tables, headings, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import east_asian_width

import click


def echo(text: str) -> None:
    """Print a line; colours are left out where stdout is no terminal or NO_COLOR is set."""
    context = click.get_current_context(silent=True)
    click.echo(text, color=context.color if context else None)


def echo_json(value: Any) -> None:
    """Print a value as JSON for people and machines."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def style_bold(text: str) -> str:
    """A heading."""
    return click.style(text, bold=True)


def style_dim(text: str) -> str:
    """What is beside the point."""
    return click.style(text, dim=True)


def render_table(rows: Iterable[Sequence[str]], header: Sequence[str] = (), indent: str = "") -> str:
    """Columns as wide as their widest cell, two spaces between; Chinese characters count two."""
    listed = [*([header] if header else []), *rows]
    widths = [max(measure_width(cell) for cell in column) for column in zip(*listed, strict=True)]
    lines = [
        indent
        + "  ".join(cell + " " * (wide - measure_width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in listed
    ]
    return "\n".join([style_bold(lines[0]), *lines[1:]] if header else lines)


def measure_width(text: str) -> int:
    """How many columns a text takes on a terminal."""
    plain = click.unstyle(text)
    return len(plain) + sum(east_asian_width(character) in "WF" for character in plain)


def indent_lines(text: str, indent: str = "    ") -> str:
    """A text of several lines, each indented."""
    return "\n".join(indent + line for line in text.splitlines())
