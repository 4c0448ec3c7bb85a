"""Exchanges without what nobody else may see."""

from .redacted import redacted
from .veil import MASK, Veil

__all__ = ["MASK", "Veil", "redacted"]
