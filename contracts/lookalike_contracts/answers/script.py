"""In which script a text is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection


def is_in_scripts(text: str, scripts: Collection[str]) -> bool:
    """Whether it has a letter of one of these Unicode scripts, or no letter at all."""
    letters = [letter for letter in text if letter.isalpha()]
    return not letters or any(_script_of(letter) in scripts for letter in letters)


def _script_of(letter: str) -> str:
    """`CYRILLIC` for `ж`."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
