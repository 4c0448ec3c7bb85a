"""The checks, a module for each family. Importing this registers them."""

from . import answer, paging, request
from .chosen import chosen

__all__ = ["answer", "chosen", "paging", "request"]
