"""The mock: plays the APIs that the specs describe."""

from .catalogue import Catalogue, Product
from .errors import AmbiguousRoute
from .mock import Mock
from .quota import Quota
from .sandbox import Sandbox

__all__ = ["AmbiguousRoute", "Catalogue", "Mock", "Product", "Quota", "Sandbox"]
