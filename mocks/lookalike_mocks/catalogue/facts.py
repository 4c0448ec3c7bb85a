"""What filters and sorts ask of a product, kept once known: a search with a filter looks at a thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .product import LABELS, LADDERS, Product

LIMIT = 32_768
BITS = {
    label: 1 << place
    for place, label in enumerate([*LABELS, *(f"{name}{step}" for name in LADDERS for step in "1234")])
}


class Facts(NamedTuple):
    """Price in fen, pieces sold in a month, buyers who come back in percent, labels as bits."""

    price: int
    sales: int
    repurchase: int
    labels: int


def bits(labels: Iterable[str]) -> int:
    """Labels as one number; one that no product bears is a bit that none has."""
    found = 0
    for label in labels:
        found |= BITS.get(label, 1 << len(BITS))
    return found


class Known(dict[int, Facts]):
    """Product index -> its facts, found out at first use. When LIMIT are known, it starts over."""

    def __init__(self, product: Callable[[int], Product]) -> None:
        super().__init__()
        self._product = product

    def __missing__(self, index: int) -> Facts:
        if len(self) >= LIMIT:
            self.clear()
        product = self._product(index)
        facts = Facts(product.price, product.sales_month, product.repurchase, bits(product.labels))
        self[index] = facts
        return facts
