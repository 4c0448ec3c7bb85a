"""Signature vectors for any language: one file per scheme, told in README.md."""

from .load import HERE, SCHEMA, UnknownVectors, load, names, raw, read
from .message import message, request
from .suite import Confirmer, Error, Group, Message, Note, Result, Suite, Unsigned, Vector

__all__ = [
    "HERE",
    "SCHEMA",
    "Confirmer",
    "Error",
    "Group",
    "Message",
    "Note",
    "Result",
    "Suite",
    "UnknownVectors",
    "Unsigned",
    "Vector",
    "load",
    "message",
    "names",
    "raw",
    "read",
    "request",
]
