"""Covers secrets in texts, however they are written there."""

from .veil import MASK, Veil

__all__ = ["MASK", "Veil"]
