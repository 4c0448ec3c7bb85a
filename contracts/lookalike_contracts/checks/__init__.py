"""The checks, a module for each family. Importing this registers them."""

from ..registry import select_checks
from . import (
    determinism,
    error,
    filters,
    image,
    item,
    language,
    order,
    paging,
    paging_end,
    parameters,
    ranges,
    region,
    request,
    response,
    routing,
    signature,
)

__all__ = [
    "determinism",
    "error",
    "filters",
    "image",
    "item",
    "language",
    "order",
    "paging",
    "paging_end",
    "parameters",
    "ranges",
    "region",
    "request",
    "response",
    "routing",
    "select_checks",
    "signature",
]
