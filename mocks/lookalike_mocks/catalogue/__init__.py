"""The goods behind all APIs, and how they are found."""

from .catalogue import Catalogue, ItemRenderer
from .image import ImageIdentity
from .product import Product
from .search import Query, find_products
from .vocabulary import LANGUAGES, ProductKind, load_kinds

__all__ = [
    "LANGUAGES",
    "Catalogue",
    "ImageIdentity",
    "ItemRenderer",
    "Product",
    "ProductKind",
    "Query",
    "find_products",
    "load_kinds",
]
