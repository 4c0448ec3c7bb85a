"""Plain text for a terminal: colours, tables, headings, JSON."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any
from unicodedata import east_asian_width

import click

from .click_ext import CommandError


def choose_color() -> bool | None:
    """Return whether to print colours: False for NO_COLOR, True for FORCE_COLOR; None asks whether it is a terminal.

    Any text but "" counts, after no-color.org and force-color.org; with both there is no colour. `FORCE_COLOR=0` is
    how programs of Node.js turn it off.
    """
    forced = os.environ.get("FORCE_COLOR", "")
    if os.environ.get("NO_COLOR") or forced == "0":
        return False
    if forced:
        return True
    return None


def is_stdout_colored() -> bool:
    """Return whether what is written to stdout has colours."""
    is_colored = choose_color()
    if is_colored is None:
        return sys.stdout.isatty()
    return is_colored


def echo(text: str) -> None:
    """Print a line, in the colours that `choose_color` said at the start of the program."""
    context = click.get_current_context(silent=True)
    color = None
    if context is not None:
        color = context.color
    with report_write_errors():
        click.echo(text, color=color)


def echo_json(value: Any) -> None:
    """Print a value as JSON for people and machines."""
    echo_line(render_json(value))


def echo_line(text: str) -> None:
    """Print a line without colours, for machines."""
    with report_write_errors():
        click.echo(text)


def echo_note(text: str) -> None:
    """Print a line to stderr, which may hold texts of others: names that a server gave, or a document of somebody's."""
    # every command imports this module, and most of them print no note
    from lookalike_specs.printable_text import clean_line  # noqa: PLC0415

    click.echo(clean_line(text), err=True)


def write_bytes(data: bytes) -> None:
    """Write to stdout what is no text, such as an image."""
    with report_write_errors():
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def report_write_errors() -> Iterator[None]:
    """Raise CommandError where stdout cannot be written to, as on a full disk."""
    try:
        yield
    except OSError as error:
        # the reader of a pipe has gone, as `head` does: Click ends the program without a word
        if error.errno == errno.EPIPE:
            raise
        # what is left in the buffer cannot be written either, and Python would say so once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandError(f"cannot write to stdout: {error.strerror}") from error


def render_json(value: Any) -> str:
    """Return a value as JSON with a line for each member, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def style_bold(text: str) -> str:
    """Return a heading."""
    return click.style(text, bold=True)


def style_dim(text: str) -> str:
    """Return a text that steps back behind the others."""
    return click.style(text, dim=True)


def render_table(rows: Iterable[Sequence[str]], header: Sequence[str] = (), indent: str = "") -> str:
    """Return columns as wide as their widest cell, two spaces between them."""
    table = list(rows)
    if header:
        table.insert(0, header)
    widths = [max(measure_width(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = [indent + _render_row(row, widths) for row in table]
    if header:
        lines[0] = style_bold(lines[0])
    return "\n".join(lines)


def _render_row(row: Sequence[str], widths: Sequence[int]) -> str:
    # Not str.ljust: colours have no width, and a Chinese character takes two columns.
    cells = [cell + " " * (width - measure_width(cell)) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(cells).rstrip()


def measure_width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    plain = click.unstyle(text)
    wide = sum(east_asian_width(character) in "WF" for character in plain)
    return len(plain) + wide


def clip_line(text: str) -> str:
    """Return a line as wide as the terminal at most; whole where stdout is a pipe or a file."""
    if not sys.stdout.isatty():
        return text
    columns = get_terminal_size().columns
    if measure_width(text) <= columns:
        return text
    # a style would not be ended, so a line that is cut has none
    clipped = click.unstyle(text)[:columns]
    while measure_width(clipped) >= columns:
        clipped = clipped[:-1]
    return f"{clipped}…"


def indent_lines(text: str, indent: str = "    ") -> str:
    """Return a text of several lines, each of them indented."""
    return "\n".join(indent + line for line in text.splitlines())
