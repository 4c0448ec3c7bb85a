"""The words that goods, shops and places are made of, in every language that an API offers."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

Translations = dict[str, str]
Table = TypeVar("Table")
LANGUAGES = ("zh", "en", "ru", "vi", "ja", "ko", "fr", "pt", "es", "th", "id", "ar", "tr")


class TaobaoCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a kind stands in Taobao's tree: names in Chinese, ids."""

    root: str
    leaf: str
    root_id: int
    leaf_id: int


class ProductKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of goods. `price` is low and high in fen, `weight` in grams; word lists hold keys of words.json."""

    id: str
    aliyun: int
    ali1688: tuple[int, int, int]
    taobao: TaobaoCategory
    price: tuple[int, int]
    weight: tuple[int, int]
    materials: tuple[str, ...]
    styles: tuple[str, ...]
    features: tuple[str, ...]
    audiences: tuple[str, ...]
    seasons: tuple[str, ...]
    colours: bool
    noun: dict[str, tuple[str, str]]


class Locality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where goods come from."""

    province: Translations
    city: Translations
    district: Translations


class ShopWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of shop names and of what shops say of themselves; Chinese only, as at the vendors."""

    names: tuple[str, ...]
    trades: dict[str, tuple[str, ...]]
    company_suffixes: tuple[str, ...]
    taobao_suffixes: tuple[str, ...]
    biz_types: tuple[str, ...]
    service_tags: tuple[str, ...]
    title_tags: tuple[str, ...]
    brands: tuple[str, ...]


@cache
def load_kinds() -> tuple[ProductKind, ...]:
    """Return every kind of goods, in a lasting order."""
    return _read("kinds.json", tuple[ProductKind, ...])


@cache
def load_words() -> dict[str, dict[str, Translations]]:
    """Return group (`colours`, `materials`, …) -> key -> language -> word."""
    groups = _read("words.json", dict[str, list[Translations]])
    return {group: {word["key"]: word for word in entries} for group, entries in groups.items()}


@cache
def read_clashes() -> dict[str, frozenset[str]]:
    """Return key of a word -> the keys of those that never stand in one title with it, read from both sides."""
    clashes: dict[str, set[str]] = {key: set() for group in load_words().values() for key in group}
    for one, others in _read("clashes.json", dict[str, tuple[str, ...]]).items():
        for other in others:
            # the file has each pair once: what clashes with "linen" finds "linen" among its own
            clashes[one].add(other)
            clashes[other].add(one)
    return {key: frozenset(others) for key, others in clashes.items()}


@cache
def load_title_patterns() -> Translations:
    """Return language -> the order of a title's words."""
    return _read("grammar.json", Translations)


@cache
def load_localities() -> tuple[Locality, ...]:
    """Return every place that goods come from, in a lasting order."""
    return _read("places.json", tuple[Locality, ...])


@cache
def load_shop_words() -> ShopWords:
    """Return the parts of shop names."""
    return _read("shops.json", ShopWords)


def _read(name: str, kind: type[Table]) -> Table:
    return msgspec.json.decode((files(__package__) / "words" / name).read_bytes(), type=kind)
