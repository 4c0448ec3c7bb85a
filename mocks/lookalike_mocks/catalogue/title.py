"""A title: the same words for the same product, in each language's own order."""

from __future__ import annotations

from functools import cache

from .words import Kind, grammar, words

WORN = frozenset((0, 1, 2, 4, 21))


def title(kind: Kind, drawn: bytes, language: str) -> str:
    """The product's title."""
    chosen = _chosen(kind, drawn)
    parts = {part: words()[group][key][language] if key else "" for part, (group, key) in chosen.items()}
    parts["noun"] = kind.noun[language][drawn[7] % 2]
    text = grammar()[language].format_map(parts)
    return " ".join(text.split())


def _chosen(kind: Kind, drawn: bytes) -> dict[str, tuple[str, str]]:
    """Part of speech -> group and key of its word; an empty key where the kind has no such word."""
    return {
        "season": ("seasons", _key(_seasons(kind.aliyun), drawn[31]) if drawn[32] % 3 == 0 else ""),
        "style": ("styles", _key(kind.styles, drawn[33])),
        "material": ("materials", _key(kind.materials, drawn[34])),
        "colour": ("colours", _key(_all("colours"), drawn[35]) if kind.colours and drawn[36] % 2 else ""),
        "audience": ("audiences", _key(kind.audiences, drawn[37])),
        "feature": ("features", _key(kind.features, drawn[38])),
    }


def _key(keys: tuple[str, ...], number: int) -> str:
    return keys[number % len(keys)] if keys else ""


@cache
def _seasons(category: int) -> tuple[str, ...]:
    """Only what is worn has a season; everything can be new."""
    return tuple(key for key in _all("seasons") if category in WORN or "new" in key)


@cache
def _all(group: str) -> tuple[str, ...]:
    return tuple(words()[group])
