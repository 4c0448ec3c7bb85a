"""The goods behind all APIs, and how they are found."""

from .catalogue import Catalogue, Item
from .picture import Picture
from .product import Product
from .search import Query, find
from .words import LANGUAGES, Kind, kinds

__all__ = ["LANGUAGES", "Catalogue", "Item", "Kind", "Picture", "Product", "Query", "find", "kinds"]
