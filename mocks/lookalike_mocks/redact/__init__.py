"""Exchanges without what nobody else may see."""

from .redacted import covering, redacted
from .values import given

__all__ = ["covering", "given", "redacted"]
