"""Texts of others, fit for our lines and files."""

from __future__ import annotations

import re
from typing import Final

from ..evidence.text import escape_text

# XML has no place for them, and they have no category of their own
NONCHARACTERS: Final = re.compile("[\ufffe\uffff]")


def clean_text(text: str) -> str:
    r"""The text with what cannot be seen, or moves the cursor, written as `\u202e`."""
    return NONCHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", escape_text(text))


def clean_line(text: str) -> str:
    r"""The same on one line: a newline is `\n`."""
    return clean_text(text).replace("\n", "\\n").replace("\t", "\\t")
