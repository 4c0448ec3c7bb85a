"""Covers secrets in texts, however they are written there, and knows where in an exchange they stand."""

from .presented import LEAST, presented
from .veil import MASK, Veil

__all__ = ["LEAST", "MASK", "Veil", "presented"]
