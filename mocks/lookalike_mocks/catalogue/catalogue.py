"""One catalogue behind all APIs: product i is a function of the seed and i, so any size costs the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from .facts import FactCache
from .product import Product
from .shelf import ItemCache
from .words import load_kinds

ItemRenderer = Callable[["Catalogue", int, str], bytes]
MAX_ITEM_CACHES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """`size` products of one seed."""

    seed: int
    size: int
    item_caches: dict[tuple[ItemRenderer, str], ItemCache] = field(default_factory=dict, init=False, repr=False)
    facts: FactCache = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """What is known of the products starts empty."""
        object.__setattr__(self, "facts", FactCache(self.get_product))

    def get_product(self, index: int) -> Product:
        """Product number `index`, from 0."""
        table = load_kinds()
        return Product(self.seed, index, table[index % len(table)])

    def get_item_cache(self, item: ItemRenderer, language: str) -> ItemCache:
        """The items that this maker made of products in that language; the oldest of too many shelves goes."""
        found = self.item_caches.get((item, language))
        if found is None:
            while len(self.item_caches) >= MAX_ITEM_CACHES:
                self.item_caches.pop(next(iter(self.item_caches)))
            found = self.item_caches[item, language] = ItemCache(partial(_render_item, item, self, language), self.size)
        return found


def _render_item(item: ItemRenderer, catalogue: Catalogue, language: str, index: int) -> bytes:
    return item(catalogue, index, language)
