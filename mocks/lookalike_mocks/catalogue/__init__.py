"""The goods behind all APIs, and how they are found."""

from .catalogue import Catalogue, ItemRenderer
from .picture import ImageIdentity
from .product import Product
from .search import Query, find_products
from .words import LANGUAGES, ProductKind, load_kinds

__all__ = ["LANGUAGES", "Catalogue", "ItemRenderer", "ProductKind", "ImageIdentity", "Product", "Query", "find_products", "load_kinds"]
