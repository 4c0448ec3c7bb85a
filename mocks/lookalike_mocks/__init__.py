"""The mock: plays the APIs that the specs describe."""

from .catalogue import Catalogue, Product
from .exceptions import AmbiguousRoute
from .mock import Mock
from .sandbox import Sandbox
from .sandbox.state import Quota

__all__ = ["AmbiguousRoute", "Catalogue", "Mock", "Product", "Quota", "Sandbox"]
