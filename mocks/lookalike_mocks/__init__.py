"""The mock: plays the APIs that the specs describe."""

from .catalogue import Catalogue, Product
from .errors import AmbiguousRoute
from .mock import Mock

__all__ = ["AmbiguousRoute", "Catalogue", "Mock", "Product"]
