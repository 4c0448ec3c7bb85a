"""Bring a document of others into the form of ours: normalised, and with the extensions that it lacks."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from .normalize import normalize_document
from .synthesize import is_complete, synthesize_extensions


def complete_document(document: dict[str, Any], api_id: str, file: str) -> tuple[str, ...]:
    """Change the document in place; return what of it cannot be served, a line each. Raise SpecError.

    One that has all that we need, as ours have, stays as it is: a mistake in it is an error, and not mended.
    """
    notices: list[str] = []
    if not is_complete(document):
        normalize_document(document, file, notices)
        synthesize_extensions(document, api_id, PurePath(file).name, notices)
    return tuple(notices)
