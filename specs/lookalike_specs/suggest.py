"""The existing name that somebody may have meant who wrote another one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

# below that a suggestion misleads: of `zzz` nobody meant `tmapi`
MIN_SIMILARITY: Final = 0.5


def find_closest(name: str, existing: Iterable[str], min_similarity: float = 0.0) -> str:
    """Return the existing name that is most like `name`; "" where none is as much like it (0 to 1) as wanted."""
    matches = get_close_matches(name, list(existing), n=1, cutoff=min_similarity)
    if not matches:
        return ""
    return matches[0]


def suggest(name: str, existing: Iterable[str]) -> str:
    """Return the end of a message, such as `; did you mean 'tmapi'?`; "" where no existing name is near."""
    closest = find_closest(name, existing, MIN_SIMILARITY)
    if not closest:
        return ""
    return f"; did you mean {closest!r}?"
