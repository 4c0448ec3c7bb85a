"""The goods behind all APIs, and the search for them."""

from .catalogue import Catalogue
from .image import ImageIdentity
from .product import Product
from .search import Query, find_products
from .vocabulary import LANGUAGES, ProductKind, load_kinds

__all__ = [
    "LANGUAGES",
    "Catalogue",
    "ImageIdentity",
    "Product",
    "ProductKind",
    "Query",
    "find_products",
    "load_kinds",
]
