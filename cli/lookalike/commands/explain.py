"""`lookalike explain`: what a check holds, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ..click_ext import CommandError, require_judge, suggest_closest
from ..options import complete_check_ids, json_option
from ..output import echo, echo_json, render_table, style_bold

if TYPE_CHECKING:
    from lookalike_contracts.registry import Check


@click.command("explain")
@click.argument("id", required=False, default="", shell_complete=complete_check_ids)
@json_option
def command(id: str, as_json: bool) -> None:
    """Say what a check holds, and why.

    With its source, and how to satisfy it. A family of checks explains each of its own; without ID all are listed.

    \b
    Examples:
      lookalike explain
      lookalike explain paging
      lookalike explain paging/doubled
    """
    with require_judge():
        from lookalike_contracts import checks  # noqa: PLC0415 - the judge is an extra, and heavy

    every = sorted(checks.select_checks(), key=lambda check: check.family)
    found = [check for check in every if id in ("", check.id, check.family)]
    if not found:
        known = dict.fromkeys(name for check in every for name in (check.id, check.family))
        raise CommandError(f"no check is called {id!r}{suggest_closest(id, list(known))}")
    if as_json:
        echo_json([_build_payload(check) for check in found])
    elif id:
        echo("\n\n".join(_render_check(check) for check in found))
    else:
        echo(
            "\n\n".join(_render_family(family, list(own)) for family, own in groupby(found, lambda check: check.family))
        )


def _build_payload(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "severity": check.severity,
        "says": check.summary,
        "why": check.rationale,
        "how": check.remediation,
        "source": check.source,
    }


def _render_check(check: Check) -> str:
    rows = [
        ("holds", check.summary),
        ("why", check.rationale),
        ("keep it", check.remediation),
        ("source", check.source),
    ]
    if check.severity == "warning":
        rows.append(("severity", "a warning: alone it does not make `lookalike check` exit 1"))
    return f"{style_bold(check.id)}\n{render_table(rows, indent='  ')}"


def _render_family(family: str, checks: list[Check]) -> str:
    return f"{style_bold(family)}\n{render_table([(check.id, check.summary) for check in checks], indent='  ')}"
