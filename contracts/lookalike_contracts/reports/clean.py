"""Texts of others, fit for our lines and files."""

from __future__ import annotations

import re
from typing import Final

from ..evidence.text import escaped

# XML has no place for them, and they have no category of their own
NO_CHARACTERS: Final = re.compile("[\ufffe\uffff]")


def clean(text: str) -> str:
    r"""The text with what cannot be seen, or moves the cursor, written as `\u202e`."""
    return NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped(text))


def one_line(text: str) -> str:
    r"""The same on one line: a newline is `\n`."""
    return clean(text).replace("\n", "\\n").replace("\t", "\\t")
