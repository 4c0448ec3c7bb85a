"""Texts of others, made fit for our lines and files."""

from __future__ import annotations

import re
from typing import Final

from lookalike_specs.printable_text import escape_invisible

# XML has no place for them, and they are in no category of Unicode that `escape_invisible` looks for
NONCHARACTERS: Final = re.compile("[\ufffe\uffff]")


def clean_text(text: str) -> str:
    r"""Return the text with every character that is invisible or moves the cursor written as `\u202e`."""
    return NONCHARACTERS.sub(_write_codepoint, escape_invisible(text))


def clean_line(text: str) -> str:
    r"""Return the text cleaned and on one line: a newline is written as `\n`."""
    return clean_text(text).replace("\n", "\\n").replace("\t", "\\t")


def _write_codepoint(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
