"""What filters and sorts ask of a product, kept once known: a search with a filter looks at a thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .product import LABELS, LADDERS, Product

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
