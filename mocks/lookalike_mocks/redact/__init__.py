"""Exchanges without what nobody else may see."""

from .redacted import redacted

__all__ = ["redacted"]
