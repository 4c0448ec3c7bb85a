"""Signature vectors for any language: one file per scheme, told in README.md."""

from .load import SCHEMA_FILE, VECTORS_DIR, UnknownVectors, list_schemes, load_suite, parse_suite, read_suite_file
from .model import (
    Confirmer,
    ExpectedError,
    FlagNote,
    UnsignedRequest,
    Vector,
    VectorGroup,
    VectorRequest,
    VectorResult,
    VectorSuite,
    from_request,
    to_request,
)

__all__ = [
    "SCHEMA_FILE",
    "VECTORS_DIR",
    "Confirmer",
    "ExpectedError",
    "FlagNote",
    "UnknownVectors",
    "UnsignedRequest",
    "Vector",
    "VectorGroup",
    "VectorRequest",
    "VectorResult",
    "VectorSuite",
    "from_request",
    "list_schemes",
    "load_suite",
    "parse_suite",
    "read_suite_file",
    "to_request",
]
