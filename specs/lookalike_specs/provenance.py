"""Where facts come from, and the base of everything that may say so."""

from __future__ import annotations

from typing import Literal

import msgspec

ProvenanceKind = Literal["documented", "measured", "inferred", "invented"]


class Extension(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The base of every object of the grammar; each may say where it comes from."""

    x_provenance: Provenance | None = None


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a fact comes from."""

    kind: ProvenanceKind
    source: str


class Provenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an object comes from, and single keywords of it that come from elsewhere."""

    kind: ProvenanceKind
    source: str
    keywords: dict[str, Source] = {}
