"""The option `--trust`: kinds of provenance whose broken rules are errors."""

from __future__ import annotations

import click

from lookalike_specs.provenance import PROVENANCE_KINDS, ProvenanceKind

from .click_ext import CommandError, suggest_closest


def complete_trust(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the lists that go on from what was typed."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{kind}" for kind in PROVENANCE_KINDS if kind.startswith(last)]


def parse_trust(text: str) -> frozenset[ProvenanceKind]:
    """Return the kinds of a list such as `documented,measured`. Raise CommandError."""
    kinds: set[ProvenanceKind] = set()
    for name in filter(None, (part.strip() for part in text.split(","))):
        if name not in PROVENANCE_KINDS:
            hint = suggest_closest(name, list(PROVENANCE_KINDS))
            raise CommandError(f"--trust: no kind {name!r}; known: {', '.join(PROVENANCE_KINDS)}{hint}")
        kinds.add(name)
    return frozenset(kinds)
