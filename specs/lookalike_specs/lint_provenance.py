"""Hold a document to saying where its facts come from: each extension does, and each documented fact names a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .api import Api
from .pointers import join_pointer
from .provenance import EXTENSION_KEYS, NO_KEYWORDS, PROVENANCE_KEY, get_keywords

Problem = tuple[str, str]
Path = tuple[str, ...]


def check_provenance(api: Api) -> Iterator[Problem]:
    """Yield our extensions that do not say where they come from, and what is documented by none of the sources.

    A document without `x-lookalike.sources` may name whatever it likes.
    """
    sources = tuple(api.root.sources)
    for path, node, keywords in _iter_objects(api.document, (), NO_KEYWORDS):
        for name in EXTENSION_KEYS.intersection(node):
            extension = node[name]
            has_own = isinstance(extension, dict) and PROVENANCE_KEY in extension
            if not has_own and name not in keywords:
                yield (
                    join_pointer(*path, name),
                    f"does not say where it comes from: give it an {PROVENANCE_KEY}, or name {name!r} among the"
                    f" `keywords` of the {PROVENANCE_KEY} beside it",
                )
        if sources and PROVENANCE_KEY in node:
            for unknown in _iter_unknown_sources(node[PROVENANCE_KEY], sources):
                yield join_pointer(*path, PROVENANCE_KEY), f"{unknown!r} names none of the sources in x-lookalike"


def _iter_unknown_sources(stated: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the sources of documented facts that name no document, of an object and of single keywords."""
    if not isinstance(stated, dict):
        return
    for entry in (stated, *get_keywords(stated).values()):
        if not isinstance(entry, dict):
            continue
        source = str(entry.get("source", ""))
        # what is meant on a page may be told too: "TMAPI page …, the sample answer"
        if entry.get("kind") == "documented" and not any(name in source for name in names):
            yield source


def _iter_objects(
    node: Any, path: Path, keywords: Mapping[str, Any]
) -> Iterator[tuple[Path, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every object of a document, the names on the way to it, and the keywords of the nearest provenance.

    What `x-provenance` itself holds is no part of the document.
    """
    if isinstance(node, dict):
        stated = node.get(PROVENANCE_KEY)
        if isinstance(stated, dict):
            keywords = get_keywords(stated)
        yield path, node, keywords
        for name, child in node.items():
            if name != PROVENANCE_KEY and isinstance(child, dict | list):
                yield from _iter_objects(child, (*path, name), keywords)
    elif isinstance(node, list):
        for position, child in enumerate(node):
            yield from _iter_objects(child, (*path, str(position)), keywords)
