"""Covers secrets in texts, however they are written there, and knows where in an exchange they stand."""

from .presented import MIN_SECRET_LENGTH, find_secrets
from .veil import MASK, Redactor

__all__ = ["MIN_SECRET_LENGTH", "MASK", "Redactor", "find_secrets"]
