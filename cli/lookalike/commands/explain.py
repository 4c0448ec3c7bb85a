"""`lookalike explain`: what a check holds, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from lookalike_specs.printable_text import break_workflow_commands

from ..click_ext import CommandError, ExtendedCommand, require_judge, suggest_closest
from ..completers import complete_check_ids
from ..options import json_option
from ..output import echo, echo_json, render_table, style_bold
from ..spec_options import import_option

if TYPE_CHECKING:
    from lookalike_contracts.registry import Check


@click.command("explain", cls=ExtendedCommand)
@click.argument("check_id", metavar="[ID]", required=False, default="", shell_complete=complete_check_ids)
@import_option
@json_option
def command(check_id: str, as_json: bool) -> None:
    """Say what a check holds, and why.

    With its source, and how to satisfy it. A family of checks explains each of its own; without ID all are listed.

    \b
    Examples:
      lookalike explain
      lookalike explain paging
      lookalike explain paging/doubled
    """
    with require_judge():
        from lookalike_contracts import checks as judge_checks  # noqa: PLC0415 - the judge is an extra, and heavy

    every = sorted(judge_checks.select_checks(), key=lambda check: check.family)
    checks = [check for check in every if check_id in ("", check.id, check.family)]
    if not checks:
        names = {name: None for check in every for name in (check.id, check.family)}
        raise CommandError(f"no check is called {check_id!r}{suggest_closest(check_id, list(names))}")
    if as_json:
        echo_json([_build_payload(check) for check in checks])
    elif check_id:
        echo(break_workflow_commands("\n\n".join(_render_check(check) for check in checks)))
    else:
        families = groupby(checks, lambda check: check.family)
        echo("\n\n".join(_render_family(family, list(members)) for family, members in families))


def _build_payload(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "severity": check.severity,
        "summary": check.summary,
        "rationale": check.rationale,
        "remediation": check.remediation,
        "source": check.source,
        "provenance": _build_provenance(check),
    }


def _build_provenance(check: Check) -> dict[str, str] | None:
    if check.provenance is None:
        return None
    return {"kind": check.provenance.kind, "source": check.provenance.source}


def _describe_provenance(check: Check) -> str:
    """Return how sure it is what the check rests on."""
    if check.provenance is None:
        return "what the document says; each finding tells whether that is documented, measured, inferred or invented"
    return str(check.provenance)


def _render_check(check: Check) -> str:
    rows = [
        ("holds", check.summary),
        ("why", check.rationale),
        ("keep it", check.remediation),
        ("source", check.source),
        ("rests on", _describe_provenance(check)),
    ]
    if check.severity == "warning":
        rows.append(("severity", "a warning: alone it does not make `lookalike check` exit 1"))
    return f"{style_bold(check.id)}\n{render_table(rows, indent='  ')}"


def _render_family(family: str, checks: list[Check]) -> str:
    rows = [(check.id, check.summary) for check in checks]
    return f"{style_bold(family)}\n{render_table(rows, indent='  ')}"
