"""How much a finding counts, which follows from how sure the facts are that it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from lookalike_specs import Api
from lookalike_specs.provenance import ProvenanceKind, Source, rank_kind

Severity = Literal["error", "warning", "note"]
# the worst first
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
# the kinds of provenance that a server is failed for, unless somebody chooses others
DEFAULT_TRUST: Final[frozenset[ProvenanceKind]] = frozenset(("documented", "measured"))


def rate_severity(
    kind: ProvenanceKind, trust: frozenset[ProvenanceKind] = DEFAULT_TRUST, limit: Severity = "error"
) -> Severity:
    """Return how much a broken rule counts.

    It is an error where its kind is trusted. Else a warning, and a note where we made the rule up. `limit` is the most
    that it may be: that of its check.
    """
    severity: Severity = "warning"
    if kind in trust:
        severity = "error"
    elif kind == "invented":
        severity = "note"
    return max(severity, limit, key=SEVERITIES.index)


def find_weakest(api: Api, pointers: Iterable[str]) -> tuple[str, Source]:
    """Return which of these places of a document is the least sure, the first of several, and where it comes from.

    There has to be one at least.
    """
    candidates = [(pointer, api.find_provenance(pointer)) for pointer in pointers]
    return max(candidates, key=lambda candidate: rank_kind(candidate[1].kind))


def find_strongest(api: Api, pointers: Iterable[str]) -> tuple[str, Source]:
    """Return which of these places of a document is the surest, the first of several, and where it comes from.

    There has to be one at least.
    """
    candidates = [(pointer, api.find_provenance(pointer)) for pointer in pointers]
    return min(candidates, key=lambda candidate: rank_kind(candidate[1].kind))
