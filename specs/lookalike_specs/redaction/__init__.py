"""Covers secrets in texts, however they are written there, and knows where in an exchange they stand."""

from .redactor import MASK, SEARCH_MARGIN, Redactor
from .secret_names import list_environment_secrets
from .secrets import find_secrets
from .value_index import MIN_SECRET_LENGTH

__all__ = ["MASK", "MIN_SECRET_LENGTH", "SEARCH_MARGIN", "Redactor", "find_secrets", "list_environment_secrets"]
