"""The existing name that somebody may have meant who wrote another one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

# below that a suggestion misleads: of `zzz` nobody meant `tmapi`
MIN_SIMILARITY: Final = 0.5
# a word of a longer name counts less than the name: `serch` may mean `searchByImage`, but rather `search`
WORD_WEIGHT: Final = 0.8
# more than a line of choices hides the one that is looked for
MAX_CHOICES: Final = 8
# comparing takes the product of both lengths, and nobody meant a name of 100 characters
MAX_LENGTH: Final = 100
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


def find_closest(name: str, existing: Iterable[str], min_similarity: float = 0.0) -> str:
    """Return the existing name that is most like `name`, in any case of its letters.

    "" where none is as much like it (0 to 1) as wanted.
    """
    best = ""
    best_similarity = min_similarity
    for candidate in existing:
        similarity = _compare(name, candidate)
        if similarity > best_similarity or (similarity == best_similarity and not best):
            best = candidate
            best_similarity = similarity
    return best


def suggest(name: str, existing: Iterable[str]) -> str:
    """Return the end of a message, such as `; did you mean 'tmapi'?`; "" where no existing name is near."""
    names = list(existing)
    closest = find_closest(name, names, MIN_SIMILARITY)
    if not closest and names:
        candidate = max(names, key=lambda other: _compare_words(name, other))
        if _compare_words(name, candidate) >= MIN_SIMILARITY:
            closest = candidate
    if not closest:
        return ""
    return f"; did you mean {closest!r}?"


def list_choices(name: str, existing: Iterable[str]) -> str:
    """Return the existing names as a message has them: all, or of many the nearest ones and how many more there are."""
    names = list(dict.fromkeys(existing))
    if not names:
        return "none"
    if len(names) <= MAX_CHOICES:
        return ", ".join(names)
    nearest = sorted(names, key=lambda other: max(_compare(name, other), _compare_words(name, other)), reverse=True)
    return f"{', '.join(nearest[:MAX_CHOICES])} and {len(names) - MAX_CHOICES} more"


def _compare(name: str, other: str) -> float:
    """Return how much two names are alike, 0 to 1; case does not count, so `TMAPI` is `tmapi`."""
    shortened = name.casefold()[:MAX_LENGTH]
    return SequenceMatcher(None, shortened, other.casefold()[:MAX_LENGTH]).ratio()


def _compare_words(name: str, other: str) -> float:
    """Return how much a name is like one word of another, such as `Image` of `searchByImage`."""
    similarities = [_compare(name, word) for word in WORD.findall(other)]
    return WORD_WEIGHT * max(similarities, default=0.0)
