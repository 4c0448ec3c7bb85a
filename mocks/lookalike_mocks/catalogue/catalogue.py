"""One catalogue behind all APIs: product i is a function of the seed and i, so any size costs the same."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from .product import LABELS, LADDERS, Product
from .vocabulary import load_kinds

MAX_FACTS = 32_768
LABEL_BITS = {
    label: 1 << place
    for place, label in enumerate([*LABELS, *(f"{name}{step}" for name in LADDERS for step in "1234")])
}


class ProductFacts(NamedTuple):
    """Price in fen, pieces sold in a month, buyers who come back in percent, labels as bits."""

    price: int
    sales: int
    repurchase: int
    labels: int


def encode_labels(labels: Iterable[str]) -> int:
    """Labels as one number; one that no product bears is a bit that none has."""
    found = 0
    for label in labels:
        found |= LABEL_BITS.get(label, 1 << len(LABEL_BITS))
    return found


class FactCache(dict[int, ProductFacts]):
    """Product index -> its facts, found out at first use. When LIMIT are known, it starts over."""

    def __init__(self, product: Callable[[int], Product]) -> None:
        super().__init__()
        self._get_product = product

    def __missing__(self, index: int) -> ProductFacts:
        if len(self) >= MAX_FACTS:
            self.clear()
        product = self._get_product(index)
        facts = ProductFacts(product.price, product.sales_month, product.repurchase, encode_labels(product.labels))
        self[index] = facts
        return facts


MAX_SLOTS = 16_384


class ItemCache:
    """Product index -> its item, made at first use. Each index has one slot; an item makes way for the next one there.

    Flat tables, as a page of 20 looks up 20 items: a dict touches four times the memory, an LRU ten times.
    """

    def __init__(self, make: Callable[[int], bytes], size: int) -> None:
        slots = min(size, MAX_SLOTS)
        self._render = make
        self._is_whole = size <= MAX_SLOTS
        self._indexes = array("q", [-1]) * slots
        self._items = [b""] * slots

    def get(self, indexes: Sequence[int]) -> list[bytes]:
        """The items of these products, in that order."""
        holds = self._indexes
        items = self._items
        slots = len(self._items)
        if self._is_whole:
            found = list(map(items.__getitem__, indexes))
            return found if all(found) else [items[index] or self._put(index) for index in indexes]
        return [items[index % slots] if holds[index % slots] == index else self._put(index) for index in indexes]

    def _put(self, index: int) -> bytes:
        slot = index % len(self._items)
        self._items[slot] = made = self._render(index)
        self._indexes[slot] = index
        return made


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
