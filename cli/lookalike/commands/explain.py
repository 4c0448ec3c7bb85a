"""`lookalike explain`: what a check holds, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ..extra import judge_needed
from ..group import Problem, nearest
from ..parameters import as_json, check_ids
from ..text import echo, echo_json, strong, table

if TYPE_CHECKING:
    from lookalike_contracts.registry import Check


@click.command("explain")
@click.argument("id", required=False, default="", shell_complete=check_ids)
@as_json
def command(id: str, as_json: bool) -> None:
    """Say what a check holds, and why.

    With its source, and how to satisfy it. A family of checks explains each of its own; without ID all are listed.

    \b
    Examples:
      lookalike explain
      lookalike explain paging
      lookalike explain paging/doubled
    """
    with judge_needed():
        from lookalike_contracts import checks  # noqa: PLC0415 - the judge is an extra, and heavy

    every = sorted(checks.chosen(), key=lambda check: check.family)
    found = [check for check in every if id in ("", check.id, check.family)]
    if not found:
        known = dict.fromkeys(name for check in every for name in (check.id, check.family))
        raise Problem(f"no check is called {id!r}{nearest(id, list(known))}")
    if as_json:
        echo_json([_plain(check) for check in found])
    elif id:
        echo("\n\n".join(_explained(check) for check in found))
    else:
        echo("\n\n".join(_family(family, list(own)) for family, own in groupby(found, lambda check: check.family)))


def _plain(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "severity": check.severity,
        "says": check.says,
        "why": check.why,
        "how": check.how,
        "source": check.source,
    }


def _explained(check: Check) -> str:
    rows = [("holds", check.says), ("why", check.why), ("keep it", check.how), ("source", check.source)]
    if check.severity == "warning":
        rows.append(("severity", "a warning: alone it does not make `lookalike check` exit 1"))
    return f"{strong(check.id)}\n{table(rows, indent='  ')}"


def _family(family: str, checks: list[Check]) -> str:
    return f"{strong(family)}\n{table([(check.id, check.says) for check in checks], indent='  ')}"
