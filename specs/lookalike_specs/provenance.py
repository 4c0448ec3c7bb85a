"""Where facts come from: the base of everything that may say so, and the provenance of what a pointer names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import unquote

import msgspec

from .pointers import MISSING, get_child, split_pointer
from .references import MAX_REF_DEPTH

ProvenanceKind = Literal["documented", "measured", "inferred", "invented"]
# the strongest first: somebody's own words, what was seen, what follows from either, and what is ours
PROVENANCE_KINDS: Final[tuple[ProvenanceKind, ...]] = ("documented", "measured", "inferred", "invented")
PROVENANCE_KEY: Final = "x-provenance"
# what we write into documents; a vendor's own `x-apifox-folder` is as much the vendor's word as all the rest
EXTENSION_KEYS: Final = frozenset(("x-lookalike", "x-errors", "x-when", "x-extreme"))
# how a document is put together, and which code of ours answers: no facts about a vendor
STRUCTURE_KEYS: Final = frozenset((PROVENANCE_KEY, "openapi", "$ref", "handler", "sources"))
# below these stand names that somebody chose; a property can be called `type` or `description`
NAME_TABLES: Final = frozenset(("properties", "patternProperties"))


class Extension(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The base of every object of the grammar; each may say where it comes from."""

    x_provenance: Provenance | None = None


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a fact comes from."""

    kind: ProvenanceKind
    source: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.source}"


class Provenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an object comes from, and single keywords of it that come from elsewhere."""

    kind: ProvenanceKind
    source: str
    keywords: dict[str, Source] = {}


# what is said by nobody counts as ours, the weakest of the kinds, so that nothing is held against anybody by it
UNSTATED: Final = Source("invented", "the document does not say where it comes from")


class _Scope(NamedTuple):
    """What the nearest `x-provenance` says: of all below it, and of single keywords there."""

    source: Source
    keywords: Mapping[str, Any]


NO_KEYWORDS: Final[Mapping[str, Any]] = {}
_UNSTATED_SCOPE: Final = _Scope(UNSTATED, NO_KEYWORDS)


def rank_kind(kind: ProvenanceKind) -> int:
    """Return the place of a kind in PROVENANCE_KINDS: 0 is the strongest."""
    return PROVENANCE_KINDS.index(kind)


def is_trusted(kind: ProvenanceKind, trust: ProvenanceKind) -> bool:
    """Return whether a kind is as strong as `trust`, or stronger: `measured` is, where `inferred` is asked for."""
    return rank_kind(kind) <= rank_kind(trust)


def find_provenance(document: Mapping[str, Any], pointer: str) -> Source:
    """Return where the very fact comes from that a JSON pointer names, such as the `maximum` of one parameter.

    The nearest `x-provenance` on the way counts, or its entry in `keywords` for a name further on. A `$ref` is followed:
    what it leads to has the provenance of the place where it stands. Where the pointer leads to nothing, the deepest
    part of the way that exists counts.

    Our extensions (EXTENSION_KEYS) do not inherit: a vendor's page around them knows nothing of a trigger or a
    reaction. What an extension does not say of itself is UNSTATED.
    """
    _, scope = _walk(document, pointer, 0)
    return scope.source


def count_facts(document: Mapping[str, Any]) -> dict[ProvenanceKind, int]:
    """Return how many facts of a document are of each kind, the strongest first. A fact is a value that stands in it."""
    counts = dict.fromkeys(PROVENANCE_KINDS, 0)
    for scope in _iter_fact_scopes(document, _UNSTATED_SCOPE, ""):
        counts[scope.source.kind] += 1
    return counts


def _iter_fact_scopes(node: Any, scope: _Scope, parent_name: str) -> Iterator[_Scope]:
    """Yield the scope of each value below a node. No reference is followed: what it leads to is counted where it stands."""
    scope = _enter_node(node, scope)
    if isinstance(node, dict):
        for name, child in node.items():
            if name not in STRUCTURE_KEYS:
                yield from _iter_fact_scopes(child, _enter_member(name, parent_name, scope), name)
    elif isinstance(node, list):
        for position, child in enumerate(node):
            yield from _iter_fact_scopes(child, scope, str(position))
    else:
        yield scope


def _walk(document: Mapping[str, Any], pointer: str, depth: int) -> tuple[Any, _Scope]:
    """Return the deepest node on the way of a pointer, and the scope that it is in."""
    node: Any = document
    scope = _enter_node(node, _UNSTATED_SCOPE)
    parent_name = ""
    for name in split_pointer(pointer):
        child = get_child(node, name)
        if child is MISSING:
            # the member may be one of what stands in the node's place, as with a shared parameter
            node, scope = _follow(document, node, scope, depth)
            child = get_child(node, name)
        if child is MISSING:
            return node, scope
        scope = _enter_member(name, parent_name, scope)
        scope = _enter_node(child, scope)
        node = child
        parent_name = name
    if isinstance(node, dict) and PROVENANCE_KEY not in node:
        # the pointer means what the reference leads to, unless the place itself says more
        return _follow(document, node, scope, depth)
    return node, scope


def _enter_member(name: str, parent_name: str, scope: _Scope) -> _Scope:
    """Return the scope of a member of that name, before what it says itself."""
    stated = scope.keywords.get(name) if parent_name not in NAME_TABLES else None
    source = read_source(stated)
    if source is not None:
        return _Scope(source, NO_KEYWORDS)
    if name in EXTENSION_KEYS:
        return _UNSTATED_SCOPE
    return scope


def _enter_node(node: Any, scope: _Scope) -> _Scope:
    """Return the scope within a node: its own `x-provenance`, else the one around it."""
    stated = node.get(PROVENANCE_KEY) if isinstance(node, dict) else None
    source = read_source(stated)
    if not isinstance(stated, dict) or source is None:
        return scope
    return _Scope(source, get_keywords(stated))


def get_keywords(stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an `x-provenance` says of single keywords; nothing where it says nothing that can be meant."""
    keywords = stated.get("keywords")
    if isinstance(keywords, dict):
        return keywords
    return NO_KEYWORDS


def read_source(stated: Any) -> Source | None:
    """Return what a document has at `x-provenance`; None for what is no provenance, as a document of others may have."""
    if not isinstance(stated, dict):
        return None
    kind = stated.get("kind")
    if kind not in PROVENANCE_KINDS:
        return None
    return Source(kind, str(stated.get("source", "")))


def _follow(document: Mapping[str, Any], node: Any, scope: _Scope, depth: int) -> tuple[Any, _Scope]:
    """Return what a node refers to and the scope there; the node itself where it refers to nothing here."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    # bounded, as a document may refer in a circle
    if not isinstance(reference, str) or not reference.startswith("#") or depth >= MAX_REF_DEPTH:
        return node, scope
    return _walk(document, unquote(reference[1:]), depth + 1)
