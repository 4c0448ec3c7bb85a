"""One catalogue behind all APIs: product i is a function of the seed and i, so any size costs the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from .facts import Known
from .product import Product
from .shelf import Shelf
from .words import kinds

Item = Callable[["Catalogue", int, str], bytes]
MAX_SHELVES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """`size` products of one seed."""

    seed: int
    size: int
    shelves: dict[tuple[Item, str], Shelf] = field(default_factory=dict, init=False, repr=False)
    facts: Known = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """What is known of the products starts empty."""
        object.__setattr__(self, "facts", Known(self.product))

    def product(self, index: int) -> Product:
        """Product number `index`, from 0."""
        table = kinds()
        return Product(self.seed, index, table[index % len(table)])

    def shelf(self, item: Item, language: str) -> Shelf:
        """The items that this maker made of products in that language; the oldest of too many shelves goes."""
        found = self.shelves.get((item, language))
        if found is None:
            while len(self.shelves) >= MAX_SHELVES:
                self.shelves.pop(next(iter(self.shelves)))
            found = self.shelves[item, language] = Shelf(partial(_made, item, self, language), self.size)
        return found


def _made(item: Item, catalogue: Catalogue, language: str, index: int) -> bytes:
    return item(catalogue, index, language)
