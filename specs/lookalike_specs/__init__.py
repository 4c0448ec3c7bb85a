"""What is true of each API: its document, its errors, its signing rule. Knows nobody."""

from .api import Api, Field, Operation, Scheme
from .document import ids, read
from .errors import SpecError, UnknownApi, UnknownVariant
from .load import load, switches, variants

__all__ = [
    "Api",
    "Field",
    "Operation",
    "Scheme",
    "SpecError",
    "UnknownApi",
    "UnknownVariant",
    "ids",
    "load",
    "read",
    "switches",
    "variants",
]
