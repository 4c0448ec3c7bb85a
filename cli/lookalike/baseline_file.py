"""The file of `--baseline`, of a server's findings and of a client's."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from lookalike_contracts.baseline import BadBaseline, Baseline, load_baseline

from .click_ext import CommandError, suggest_closest


def read_accepted_findings(path: Path | None, check_ids: Collection[str]) -> Baseline:
    """Return the findings that a file accepts, none without a file. Raise CommandError.

    `check_ids` are the checks that there are.
    """
    if path is None:
        return Baseline()
    try:
        baseline = load_baseline(path)
    except BadBaseline as error:
        raise CommandError(f"--baseline {error}") from error
    for entry in baseline.entries.values():
        # An entry of a check that is gone would accept nothing for ever, and nobody would know.
        if entry.check not in check_ids:
            hint = suggest_closest(entry.check, list(check_ids))
            raise CommandError(f"--baseline {path}: no check is called {entry.check!r}{hint}")
    return baseline
