"""The option `--report FORMAT=PATH`, and the files that it names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lookalike_specs.files import write_atomically

from .click_ext import CommandError, suggest_closest


def parse_report_option(text: str, formats: Sequence[str]) -> tuple[str, Path]:
    """Return the two parts of `FORMAT=PATH`. Raise CommandError for an unknown format or an impossible path."""
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise CommandError(f"--report is FORMAT=PATH, not {text!r}")
    if name not in formats:
        hint = suggest_closest(name, list(formats))
        raise CommandError(f"--report: no format {name!r}; known: {', '.join(formats)}{hint}")
    # looked at before anything is asked, and not after half an hour
    require_writable(Path(path))
    return name, Path(path)


def require_writable(path: Path) -> None:
    """Raise CommandError where no file of that path can be made."""
    if not path.parent.is_dir():
        raise CommandError(f"cannot write {path}: no such folder")
    if path.is_dir():
        raise CommandError(f"cannot write {path}: it is a folder")


def write_report(path: Path, content: bytes) -> None:
    """Write a report. Raise CommandError."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error
