"""What texts in answers are worth as numbers, and which script they are written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal
from typing import Any

NUMBER_PATTERN = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([KkWw万]?)\s*[+%]?\s*", re.ASCII)
MULTIPLIERS = {"k": 1_000, "w": 10_000, "万": 10_000}


def parse_number(value: Any) -> Decimal | None:
    """What `19.50`, `5%`, `50+` and `36K+` are worth, text or number; None for what is no number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    found = NUMBER_PATTERN.fullmatch(value) if isinstance(value, str) else None
    return Decimal(found[1]) * MULTIPLIERS.get(found[2].lower(), 1) if found else None


def is_in_scripts(text: str, scripts: Collection[str]) -> bool:
    """Whether it has a letter of one of these Unicode scripts, or no letter at all."""
    letters = [letter for letter in text if letter.isalpha()]
    return not letters or any(_script_of(letter) in scripts for letter in letters)


def _script_of(letter: str) -> str:
    """`CYRILLIC` for `ж`."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
