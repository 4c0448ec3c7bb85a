"""A text that is nearly somebody's key: cut, in another letter case, with something about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Formatter
from typing import Final

# How much of a key may be missing where a text still counts as nearly that key. Whoever could ask whether a shorter
# beginning is right would find the 12 random digits one by one; with all but three of them he has the key already.
MAX_MISSING: Final = 3
# placeholder of a credential's template -> what stands in its place
PLACEHOLDER_PATTERNS: Final = {
    "token": r"[0-9a-f]{30}",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
    "secret": r"[0-9a-f]{32}",
}


def compile_key_pattern(template: str) -> re.Pattern[str] | None:
    """Return what matches the whole keys that a credential's template makes; None where they name no sandbox."""
    pattern = ""
    placeholders = set()
    for literal, placeholder, _, _ in Formatter().parse(template):
        pattern += re.escape(literal)
        if placeholder:
            pattern += PLACEHOLDER_PATTERNS[placeholder]
            placeholders.add(placeholder)
    if placeholders.isdisjoint(("token", "uuid")):
        return None
    return re.compile(pattern)


def describe_near_key(text: str, keys: Iterable[str]) -> str:
    """Return how a text differs from one of `keys` that it nearly is, without any of them; "" where it is none."""
    for key in keys:
        difference = _describe_difference(text, key)
        if difference:
            return difference
    return ""


def _describe_difference(text: str, key: str) -> str:
    if key in text:
        return _count_characters(len(text) - len(key), "too many")
    if text.lower() == key.lower():
        return "its letters in another case"
    if "".join(text.split()) == key:
        return "a blank or a newline within it"
    if len(text) == len(key):
        count = sum(ours != theirs for ours, theirs in zip(key, text, strict=True))
        return "one character that is another" if count == 1 else ""
    return _describe_cut(text, key)


def _describe_cut(text: str, key: str) -> str:
    missing = len(key) - len(text)
    if not 0 < missing <= MAX_MISSING:
        return ""
    if key.startswith(text):
        return _count_characters(missing, "missing at its end")
    if key.endswith(text):
        return _count_characters(missing, "missing at its beginning")
    return ""


def _count_characters(count: int, what: str) -> str:
    if count == 1:
        return f"one character {what}"
    return f"{count} characters {what}"
