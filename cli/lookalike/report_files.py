"""The options `--report FORMAT=PATH`, and the files that they write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from lookalike_specs.files import write_atomically

from .click_ext import CommandError, suggest_closest

Command = TypeVar("Command", bound=Callable[..., Any])
FILE_TYPE = click.Path(dir_okay=False, path_type=Path)


def reports_option(format_names: Sequence[str]) -> Callable[[Command], Command]:
    """Return what adds the option --report, for these formats."""

    def complete_reports(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        return [f"{name}=" for name in format_names if name.startswith(incomplete)]

    return click.option(
        "--report", "reports", multiple=True, metavar="FORMAT=PATH", shell_complete=complete_reports,
        help=f"Write a report; FORMAT is {', '.join(format_names)}. May be repeated.",
    )  # fmt: skip


def parse_reports(texts: Iterable[str], format_names: Sequence[str]) -> list[tuple[str, Path]]:
    """Return the format and the path of each `FORMAT=PATH`.

    Raise CommandError for what is none, and for a file that cannot be written: that is looked at before anything is
    asked, and not after half an hour.
    """
    files = [_parse_report(text, format_names) for text in texts]
    for _, path in files:
        require_writable(path)
    return files


def _parse_report(text: str, format_names: Sequence[str]) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise CommandError(f"--report is FORMAT=PATH, not {text!r}")
    if name not in format_names:
        hint = suggest_closest(name, list(format_names))
        raise CommandError(f"--report: no format {name!r}; known: {', '.join(format_names)}{hint}")
    return name, Path(path)


def require_writable(path: Path) -> None:
    """Raise CommandError where no file can be written there."""
    if not path.parent.is_dir():
        raise CommandError(f"cannot write {path}: no such folder")
    if path.is_dir():
        raise CommandError(f"cannot write {path}: it is a folder")


def write_report(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all. Raise CommandError."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error
