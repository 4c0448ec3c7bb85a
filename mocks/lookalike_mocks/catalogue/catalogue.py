"""One catalogue behind all APIs: product i is a function of the seed and i, so any size costs the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..memory.caches import CACHES
from .product import LABELS, LADDERS, Product
from .vocabulary import load_kinds

MAX_FACTS = 32_768
# of one product's facts, with its place in the dict
FACT_BYTES = 250
LADDER_LABELS = [f"{name}{step}" for name in LADDERS for step in "1234"]
# filter token -> its bit, so that "has all of these" is one operation on two numbers
LABEL_BITS = {label: 1 << position for position, label in enumerate([*LABELS, *LADDER_LABELS])}
UNKNOWN_LABEL_BIT = 1 << len(LABEL_BITS)


class Catalogue:
    """`size` products of one seed. Equal to nothing but itself, so that caches can have it as a key at no cost."""

    def __init__(self, seed: int, size: int) -> None:
        self.seed = seed
        self.size = size
        self.facts = FactCache(seed)

    def get_product(self, index: int) -> Product:
        """Return product number `index`, from 0."""
        return _build_product(self.seed, index)


def _build_product(seed: int, index: int) -> Product:
    kinds = load_kinds()
    return Product(seed, index, kinds[index % len(kinds)])


class ProductFacts(NamedTuple):
    """What searches filter and sort by: price in fen, pieces sold in a month, percent who come back, labels as bits."""

    price: int
    sales: int
    repurchase: int
    labels: int


class FactCache(dict[int, ProductFacts]):
    """Product index -> its facts, computed at first use.

    A search with a filter looks at up to 1,000 products, and the next one at mostly the same. When MAX_FACTS are kept,
    it starts over: that is cheaper than to know which was used last.
    """

    kind = "facts"

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, index: int) -> ProductFacts:
        if len(self) >= MAX_FACTS:
            self.clear()
            CACHES.forget(self)
        product = _build_product(self._seed, index)
        facts = ProductFacts(product.price, product.sales_month, product.repurchase, encode_labels(product.labels))
        self[index] = facts
        CACHES.charge(self, FACT_BYTES)
        return facts


def encode_labels(labels: Iterable[str]) -> int:
    """Return labels as one number; a label that no product has is a bit that none has."""
    bits = 0
    for label in labels:
        bits |= LABEL_BITS.get(label, UNKNOWN_LABEL_BIT)
    return bits
