"""Texts of others, fit for our lines and files."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from lookalike_specs.source_map import SourceLocation

from ..reproduction.text import escape_text

# XML has no place for them, and they have no category of their own
NONCHARACTERS: Final = re.compile("[\ufffe\uffff]")


def clean_text(text: str) -> str:
    r"""The text with what cannot be seen, or moves the cursor, written as `\u202e`."""
    return NONCHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", escape_text(text))


def clean_line(text: str) -> str:
    r"""The same on one line: a newline is `\n`."""
    return clean_text(text).replace("\n", "\\n").replace("\t", "\\t")


PACKAGE_ROOT = Path(str(files("lookalike_specs")))


def get_display_path(place: SourceLocation) -> str:
    """The file's path below the current folder, with `/`; below the package's where it lies elsewhere."""
    path = PACKAGE_ROOT / place.file
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        # a document of somebody else's, outside the current folder, is named by its whole path
        if path.is_relative_to(PACKAGE_ROOT):
            return f"{PACKAGE_ROOT.name}/{place.file}"
        return path.as_posix()
