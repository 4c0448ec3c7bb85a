"""The checks, a module for each family. Importing this registers them."""

from . import (
    answer,
    end,
    error,
    filter,
    item,
    language,
    limits,
    order,
    paging,
    picture,
    range,
    region,
    repeat,
    request,
    routing,
    signature,
)
from .chosen import select_checks

__all__ = [
    "answer",
    "select_checks",
    "end",
    "error",
    "filter",
    "item",
    "language",
    "limits",
    "order",
    "paging",
    "picture",
    "range",
    "region",
    "repeat",
    "request",
    "routing",
    "signature",
]
