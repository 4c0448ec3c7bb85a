"""Exchanges without what nobody else may see."""

from .redacted import build_redactor, redact_entry
from .values import list_sandbox_secrets

__all__ = ["build_redactor", "list_sandbox_secrets", "redact_entry"]
