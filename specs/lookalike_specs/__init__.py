"""What is true of each API: its document, its errors, its signing rule. Knows nobody."""

from .api import Api, Field, Operation, SecurityScheme
from .document import list_api_ids, read_document
from .errors import SpecError, UnknownApi, UnknownVariant
from .load import load_api, assign_variants, resolve_variants

__all__ = [
    "Api",
    "Field",
    "Operation",
    "SecurityScheme",
    "SpecError",
    "UnknownApi",
    "UnknownVariant",
    "list_api_ids",
    "load_api",
    "read_document",
    "assign_variants",
    "resolve_variants",
]
