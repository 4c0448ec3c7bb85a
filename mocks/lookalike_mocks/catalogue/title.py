"""A title: the same words for the same product, in each language's own order."""

from __future__ import annotations

from functools import cache

from .vocabulary import ProductKind, load_title_patterns, load_words, read_clashes


def compose_title(kind: ProductKind, drawn: bytes, language: str) -> str:
    """Return the product's title."""
    parts = {
        part: load_words()[group][key][language] if key else "" for part, (group, key) in choose(kind, drawn).items()
    }
    parts["noun"] = kind.noun[language][drawn[7] % 2]
    text = load_title_patterns()[language].format_map(parts)
    return " ".join(text.split())


def choose(kind: ProductKind, drawn: bytes) -> dict[str, tuple[str, str]]:
    """Return part of speech -> group and key of its word; an empty key where no word of the kind fits."""
    # one after the other: a word that clashes with an earlier one gives way, as "Fleece-Lined" does to "Linen"
    material = _pick(kind.materials, drawn[34], ())
    style = _pick(kind.styles, drawn[33], (material,))
    audience = _pick(kind.audiences, drawn[37], (material, style))
    feature = _pick(kind.features, drawn[38], (material, style, audience))
    season = _pick(kind.seasons, drawn[31], (material, style, audience, feature)) if drawn[32] % 3 == 0 else ""
    colour = _pick(_list_colours(), drawn[35], ()) if kind.colours and drawn[36] % 2 else ""
    return {
        "season": ("seasons", season),
        "style": ("styles", style),
        "material": ("materials", material),
        "colour": ("colours", colour),
        "audience": ("audiences", audience),
        "feature": ("features", feature),
    }


def _pick(keys: tuple[str, ...], number: int, beside: tuple[str, ...]) -> str:
    """Return the key at that number, or the next one that clashes with no word beside it; "" if all do."""
    for step in range(len(keys)):
        key = keys[(number + step) % len(keys)]
        if read_clashes()[key].isdisjoint(beside):
            return key
    return ""


@cache
def _list_colours() -> tuple[str, ...]:
    return tuple(load_words()["colours"])
