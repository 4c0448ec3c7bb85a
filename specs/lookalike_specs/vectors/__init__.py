"""Signature vectors for any language: one file per scheme, told in README.md."""

from .load import VECTORS_DIR, SCHEMA_FILE, UnknownVectors, load_suite, list_schemes, read_suite_file, parse_suite
from .message import from_request, to_request
from .suite import Confirmer, ExpectedError, VectorGroup, VectorRequest, FlagNote, VectorResult, VectorSuite, UnsignedRequest, Vector

__all__ = [
    "VECTORS_DIR",
    "SCHEMA_FILE",
    "Confirmer",
    "ExpectedError",
    "VectorGroup",
    "VectorRequest",
    "FlagNote",
    "VectorResult",
    "VectorSuite",
    "UnknownVectors",
    "UnsignedRequest",
    "Vector",
    "load_suite",
    "from_request",
    "list_schemes",
    "read_suite_file",
    "parse_suite",
    "to_request",
]
