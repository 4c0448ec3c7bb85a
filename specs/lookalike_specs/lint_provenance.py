"""Hold a document to saying where its facts come from: each extension does, and each documented fact names a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .api import Api
from .pointers import join_pointer
from .provenance import EXTENSION_KEYS, PROVENANCE_KEY, UNSTATED, find_provenance

Problem = tuple[str, str]
Path = tuple[str, ...]


def check_extension_provenance(api: Api) -> Iterator[Problem]:
    """Yield our extensions that do not say where they come from, and what to write."""
    for path, node in _iter_objects(api.document, ()):
        for name in EXTENSION_KEYS.intersection(node):
            pointer = join_pointer(*path, name)
            if find_provenance(api.document, pointer) is UNSTATED:
                yield (
                    pointer,
                    f"does not say where it comes from: give it an {PROVENANCE_KEY}, or name {name!r} among the"
                    f" `keywords` of the {PROVENANCE_KEY} beside it",
                )


def check_sources(api: Api) -> Iterator[Problem]:
    """Yield the documented facts whose source is none of `x-lookalike.sources`; nothing where there is no such table."""
    names = tuple(api.root.sources)
    if not names:
        return
    for path, node in _iter_objects(api.document, ()):
        stated = node.get(PROVENANCE_KEY)
        for entry in _iter_stated(stated):
            source = str(entry.get("source", ""))
            if entry.get("kind") == "documented" and not any(name in source for name in names):
                yield join_pointer(*path, PROVENANCE_KEY), f"{source!r} names none of the sources in x-lookalike"


def _iter_stated(stated: Any) -> Iterator[Mapping[str, Any]]:
    """Yield what an `x-provenance` says: of its object, and of single keywords."""
    if not isinstance(stated, dict):
        return
    yield stated
    keywords = stated.get("keywords")
    if isinstance(keywords, dict):
        yield from (entry for entry in keywords.values() if isinstance(entry, dict))


def _iter_objects(node: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every object of a document and the names on the way to it, but for what `x-provenance` itself holds."""
    if isinstance(node, dict):
        yield path, node
        for name, child in node.items():
            if name != PROVENANCE_KEY:
                yield from _iter_objects(child, (*path, name))
    elif isinstance(node, list):
        for position, child in enumerate(node):
            yield from _iter_objects(child, (*path, str(position)))
