"""A title: the same words for the same product, in each language's own order."""

from __future__ import annotations

from functools import cache

from .vocabulary import ProductKind, load_title_patterns, load_words, read_clashes


def compose_title(kind: ProductKind, random_bytes: bytes, language: str) -> str:
    """Return the product's title."""
    words = load_words()
    parts = {"noun": kind.noun[language][random_bytes[7] % 2]}
    for part, (group, key) in choose_words(kind, random_bytes).items():
        parts[part] = ""
        if key:
            parts[part] = words[group][key][language]
    title = load_title_patterns()[language].format_map(parts)
    # a part that is empty leaves two spaces behind
    return " ".join(title.split())


def choose_words(kind: ProductKind, random_bytes: bytes) -> dict[str, tuple[str, str]]:
    """Return part of speech -> group and key of its word; an empty key where no word of the kind fits."""
    # one after the other: a word that clashes with an earlier one gives way, as "Fleece-Lined" does to "Linen"
    material = _pick_word(kind.materials, random_bytes[34], ())
    style = _pick_word(kind.styles, random_bytes[33], (material,))
    audience = _pick_word(kind.audiences, random_bytes[37], (material, style))
    feature = _pick_word(kind.features, random_bytes[38], (material, style, audience))
    season = ""
    if random_bytes[32] % 3 == 0:
        season = _pick_word(kind.seasons, random_bytes[31], (material, style, audience, feature))
    colour = ""
    if kind.colours and random_bytes[36] % 2:
        colour = _pick_word(_list_colours(), random_bytes[35], ())
    return {
        "season": ("seasons", season),
        "style": ("styles", style),
        "material": ("materials", material),
        "colour": ("colours", colour),
        "audience": ("audiences", audience),
        "feature": ("features", feature),
    }


def _pick_word(keys: tuple[str, ...], number: int, neighbours: tuple[str, ...]) -> str:
    """Return the key at that number, or the next one that clashes with none of its neighbours; "" if all do."""
    for step in range(len(keys)):
        key = keys[(number + step) % len(keys)]
        if read_clashes()[key].isdisjoint(neighbours):
            return key
    return ""


@cache
def _list_colours() -> tuple[str, ...]:
    return tuple(load_words()["colours"])
