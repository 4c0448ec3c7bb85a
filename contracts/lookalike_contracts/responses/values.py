"""What texts in answers are worth as numbers, and which script they are written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any, Final

from lookalike_specs.redaction import SEARCH_MARGIN

from ..quotes import shorten_quote

# 万 is ten thousand, and w how it is typed
NUMBER: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([KkWw万]?)\s*[+%]?\s*", re.ASCII)
MULTIPLIERS: Final = {"": 1, "k": 1_000, "w": 10_000, "万": 10_000}


def show_value(value: Any, max_length: int) -> str:
    """Return a value as Python writes it, cut: of a list of 300,000 items hardly more is written than is shown."""
    # what begins before the cut has to be seen whole to be covered
    length = max_length + SEARCH_MARGIN
    text = ""
    for piece in _write_value(value, length):
        text += piece
        if len(text) > length:
            break
    return shorten_quote(text, max_length)


def _write_value(value: Any, max_length: int) -> Iterator[str]:
    """Yield the pieces of `repr(value)`; each list or object in it begins with a piece, so that this goes no deeper."""
    if isinstance(value, dict):
        yield "{"
        for number, (key, inner) in enumerate(value.items()):
            if number:
                yield ", "
            yield from _write_value(key, max_length)
            yield ": "
            yield from _write_value(inner, max_length)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, inner in enumerate(value):
            if number:
                yield ", "
            yield from _write_value(inner, max_length)
        yield "]"
    elif isinstance(value, str):
        # what is cut off here is cut off by `show_value` as well, as a quote is one more
        yield repr(value[: max_length + 1])
    else:
        yield repr(value)


def parse_number(value: Any) -> Decimal | None:
    """Return what `19.50`, `5%`, `50+` and `36K+` are worth, text or number; None for what is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(str(value))
    if not isinstance(value, str):
        return None
    match = NUMBER.fullmatch(value)
    if match is None:
        return None
    return Decimal(match[1]) * MULTIPLIERS[match[2].lower()]


def is_in_scripts(text: str, scripts: Collection[str]) -> bool:
    """Return whether a text has a letter of one of these Unicode scripts, or no letter at all."""
    letters = [letter for letter in text if letter.isalpha()]
    return not letters or any(_get_script(letter) in scripts for letter in letters)


def _get_script(letter: str) -> str:
    """Return the script of a letter: `CYRILLIC` for `ж`.

    Python has no table of scripts, but names begin with them: `CYRILLIC SMALL LETTER ZHE`, `CJK UNIFIED IDEOGRAPH-7EA2`.
    """
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
