"""JSON pointers into answers; `*` stands for every position of a list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any, Final

from lookalike_specs.document import escape_pointer_token, unescape_pointer_token


class Missing:
    """What stands where nothing stands."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


def resolve_pointer(value: Any, pointer: str) -> Any:
    """What stands there, or MISSING."""
    for step in split_pointer(pointer):
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def iter_matches(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Each place that a pointer with `*` means, and what stands there."""
    first, star, rest = pointer.partition("/*")
    found = resolve_pointer(value, first)
    if not star:
        if found is not MISSING:
            yield first, found
    elif isinstance(found, list):
        for place, item in enumerate(found):
            yield from ((f"{first}/{place}{inner}", inside) for inner, inside in iter_matches(item, rest))


def blank_values(value: Any, pointers: tuple[str, ...]) -> Any:
    """A copy of it with None in those places."""
    if not pointers:
        return value
    if "" in pointers:
        return None
    if isinstance(value, dict):
        return {key: blank_values(inner, _select_below(pointers, key)) for key, inner in value.items()}
    if isinstance(value, list):
        below = _select_below(pointers, "*")
        return [blank_values(inner, below + _select_below(pointers, str(place))) for place, inner in enumerate(value)]
    return value


def split_pointer(pointer: str) -> list[str]:
    """The names in a pointer."""
    return [unescape_pointer_token(step) for step in pointer.split("/")[1:]]


def _select_below(pointers: tuple[str, ...], step: str) -> tuple[str, ...]:
    here = f"/{escape_pointer_token(step)}"
    return tuple(p.removeprefix(here) for p in pointers if p == here or p.startswith(f"{here}/"))


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
