"""Where a rule stands, as somebody in the current folder would name the file."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from lookalike_specs.source_map import SourceLocation

from .escape import clean_text

PACKAGE_ROOT = Path(str(files("lookalike_specs")))


QUOTED_LINES: Final = 3
MAX_LINE_CHARACTERS: Final = 120


def quote_source(location: SourceLocation) -> str:
    """Return the lines of the document where a rule stands, each with its number; "" where the file cannot be read.

    Nobody has to look for a file in `site-packages` to see what is asked of a server.
    """
    lines = _read_lines(PACKAGE_ROOT / location.file)[location.line - 1 :][:QUOTED_LINES]
    if not lines:
        return ""
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(f"{number:5} | {_shorten(line[indent:])}" for number, line in enumerate(lines, location.line))


@lru_cache(maxsize=16)
def _read_lines(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError):
        return ()
    return tuple(clean_text(line) for line in text.splitlines())


def _shorten(line: str) -> str:
    if len(line) <= MAX_LINE_CHARACTERS:
        return line
    return f"{line[:MAX_LINE_CHARACTERS]}…"


def get_display_path(location: SourceLocation) -> str:
    """Return the file's path below the current folder, with `/`; below the package's name where it lies elsewhere.

    Code scanning and annotations match paths against the checkout, so that a path from there is worth more than an
    absolute one, which differs on every machine.
    """
    path = PACKAGE_ROOT / location.file
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        # a document of somebody else's, outside the current folder, is named by its whole path
        if path.is_relative_to(PACKAGE_ROOT):
            return f"{PACKAGE_ROOT.name}/{location.file}"
        return path.as_posix()
