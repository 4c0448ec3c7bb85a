"""One catalogue behind all APIs: product i is a function of the seed and i, so any size costs the same."""

from __future__ import annotations

from dataclasses import dataclass

from .picture import Picture
from .product import Product
from .search import Query, find
from .words import LANGUAGES, Kind, kinds

__all__ = ["LANGUAGES", "Catalogue", "Kind", "Picture", "Product", "Query", "find", "kinds"]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """`size` products of one seed."""

    seed: int
    size: int

    def product(self, index: int) -> Product:
        """Product number `index`, from 0."""
        table = kinds()
        return Product(self.seed, index, table[index % len(table)])
