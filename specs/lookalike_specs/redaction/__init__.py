"""Covers secrets in texts, however they are written there, and knows where in an exchange they stand."""

from .redactor import MASK, Redactor
from .secrets import MIN_SECRET_LENGTH, find_secrets

__all__ = ["MASK", "MIN_SECRET_LENGTH", "Redactor", "find_secrets"]
