"""What is true of each API: its document, its errors, its signing rule. Knows nobody."""

from .api import Api, Field, Operation, SecurityScheme
from .document import list_api_ids, read_document
from .exceptions import SpecError, UnknownApi, UnknownVariant
from .load import assign_variants, load_api, resolve_variants

__all__ = [
    "Api",
    "Field",
    "Operation",
    "SecurityScheme",
    "SpecError",
    "UnknownApi",
    "UnknownVariant",
    "assign_variants",
    "list_api_ids",
    "load_api",
    "read_document",
    "resolve_variants",
]
