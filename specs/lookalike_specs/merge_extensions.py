"""Put together what a document of others says in our extensions, and what is added to it; each says where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .client_guidance import GUIDANCE_KEYS, NOTHING_KNOWN, UNKNOWN
from .provenance import EXTENSION_KEYS, PROVENANCE_KEY, get_keywords, read_source

Document = dict[str, Any]


def merge_extension(inferred: Document, own: Document, file: str, excluded: tuple[str, ...] = ()) -> Document:
    """Return an extension with all that the file says itself, which then says where it comes from.

    `excluded` are keys whose values are put together one by one.
    """
    merged = {**inferred, **own}
    if PROVENANCE_KEY not in own:
        provenance = inferred[PROVENANCE_KEY]
        own_keywords = {name: get_word_of(file) for name in own if name not in excluded}
        merged[PROVENANCE_KEY] = {**provenance, "keywords": {**provenance.get("keywords", {}), **own_keywords}}
    return merged


def merge_table(inferred: Document, own: Any, file: str) -> Any:
    """Return a table with the entries that the file has, each with a provenance."""
    # what is no mapping is told later, with its place, as all that the grammar does not allow
    if not isinstance(own, dict):
        return own
    merged = dict(inferred)
    for name, entry in own.items():
        merged[name] = entry
        if isinstance(entry, dict):
            merged[name] = {PROVENANCE_KEY: get_word_of(file), **entry}
    return merged


def complete_errors(errors: Any, file: str) -> None:
    """Write into each error what it asks of a client, as the file says it; the rest is unknown."""
    if not isinstance(errors, dict):
        return
    for error in errors.values():
        if isinstance(error, dict):
            error["client"] = _complete_guidance(error.get("client", {}), file)


def _complete_guidance(own: Any, file: str) -> Any:
    # no OpenAPI document says whether to send a request again, or what a failed call costs, so nothing is inferred
    provenance = own.get(PROVENANCE_KEY, get_word_of(file)) if isinstance(own, dict) else None
    if not isinstance(provenance, dict):
        return own
    guidance = {**dict.fromkeys(GUIDANCE_KEYS, UNKNOWN), **own}
    nothing = {"kind": NOTHING_KNOWN.kind, "source": NOTHING_KNOWN.source}
    if all(guidance[key] == UNKNOWN for key in GUIDANCE_KEYS):
        return {**guidance, PROVENANCE_KEY: nothing}
    unknown = {key: nothing for key in GUIDANCE_KEYS if guidance[key] == UNKNOWN}
    return {**guidance, PROVENANCE_KEY: {**provenance, "keywords": {**unknown, **get_keywords(provenance)}}}


def get_word_of(file: str) -> Document:
    """Return the provenance of what a file says itself."""
    return {"kind": "documented", "source": file}


def state_missing_provenance(document: dict[str, Any], provenance: Mapping[str, str]) -> None:
    """Write a provenance beside each extension of a document that its author left without one."""
    _state_missing(document, {}, provenance)


def _state_missing(node: Any, nearest: dict[str, Any], provenance: Mapping[str, str]) -> None:
    """Do so for what is below a node; `nearest` is the `x-provenance` that holds around it."""
    if isinstance(node, list):
        for child in node:
            _state_missing(child, nearest, provenance)
    if not isinstance(node, dict):
        return
    if read_source(node.get(PROVENANCE_KEY)) is not None:
        nearest = node[PROVENANCE_KEY]
    # a copy of the list: a provenance may be added on the way
    for name, child in list(node.items()):
        has_own = isinstance(child, dict) and PROVENANCE_KEY in child
        if name in EXTENSION_KEYS and not has_own and name not in get_keywords(nearest):
            nearest = {**nearest, "keywords": {**get_keywords(nearest), name: provenance}}
            node[PROVENANCE_KEY] = nearest
        if name != PROVENANCE_KEY:
            _state_missing(child, nearest, provenance)
