"""`lookalike explain`: what a check holds, and why; what an error asks of a client, and who says so."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from lookalike_mocks.situations import SituationDetails
from lookalike_specs.client_guidance import describe_guidance
from lookalike_specs.printable_text import break_workflow_commands
from lookalike_specs.registry import find_sources

from ..click_ext import CommandError, ExtendedCommand, require_judge, suggest_closest
from ..completers import complete_explained
from ..options import json_option
from ..output import echo, echo_json, render_table, style_bold
from ..situation_patterns import match_situations
from ..spec_options import add_specs, import_option, spec_option
from .situations import describe_situation, find_situation_source

if TYPE_CHECKING:
    from lookalike_contracts.certification.registry import ClientCheck
    from lookalike_contracts.registry import Check


@click.command("explain", cls=ExtendedCommand)
@click.argument("name", metavar="[ID]", required=False, default="", shell_complete=complete_explained)
@spec_option
@import_option
@json_option
def command(name: str, specs: tuple[str, ...], as_json: bool) -> None:
    """Say what a check holds, and why; or what an error asks of a client.

    A check is told with its source, and how to satisfy it. A family of checks explains each of its own; without ID all
    are listed.

    An error or a fault, such as tmapi/439, is told with what went wrong, whether a client may send the same request
    again, what the call costs, and where each of these comes from.

    \b
    Examples:
      lookalike explain
      lookalike explain paging
      lookalike explain paging/doubled
      lookalike explain tmapi/439
    """
    add_specs((), specs)
    api, slash, _ = name.partition("/")
    # a check's family could be called as an API is: ours are not, and an API's errors are told by its id
    if slash and api in find_sources():
        _explain_situations(name, as_json=as_json)
    else:
        _explain_checks(name, as_json=as_json)


def _explain_situations(pattern: str, *, as_json: bool) -> None:
    """Print what the situations that a pattern means ask of a client. Raise UnknownChoice."""
    situations = match_situations(pattern)
    if as_json:
        echo_json([describe_situation(situation) for situation in situations])
        return
    echo(break_workflow_commands("\n\n".join(_render_situation(situation) for situation in situations)))


def _render_situation(situation: SituationDetails) -> str:
    rows = [("answer", " ".join((situation.message or situation.description).split()))]
    if situation.client is None:
        rows.append(("asks", "nothing of a client: it is a good answer"))
    else:
        rows.extend(describe_guidance(situation.client).items())
    rows.append(("rests on", str(find_situation_source(situation))))
    rows.append(("get it", f"lookalike situations {situation.id}"))
    return f"{style_bold(situation.id)}\n{render_table(rows, indent='  ')}"


def _explain_checks(check_id: str, *, as_json: bool) -> None:
    """Print what a check or a family of checks holds; all in a line each without an id. Raise CommandError."""
    with require_judge():
        from lookalike_contracts import checks as judge_checks  # noqa: PLC0415 - the judge is an extra, and heavy
        from lookalike_contracts.certification.judge import list_client_checks  # noqa: PLC0415 - as above

    every: list[Check | ClientCheck] = sorted(judge_checks.select_checks(), key=lambda check: check.family)
    # those of clients after those of servers: no family has checks of both
    every += list_client_checks()
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


def _build_payload(check: Check | ClientCheck) -> dict[str, Any]:
    return {
        "id": check.id,
        "severity": check.severity,
        "summary": check.summary,
        "rationale": check.rationale,
        "remediation": check.remediation,
        "source": check.source,
        "provenance": _build_provenance(check),
        "suite": check.since,
    }


def _build_provenance(check: Check | ClientCheck) -> dict[str, str] | None:
    if check.provenance is None:
        return None
    return {"kind": check.provenance.kind, "source": check.provenance.source}


def _describe_provenance(check: Check | ClientCheck) -> str:
    """Return how sure it is what the check rests on."""
    if check.provenance is None:
        return "what the document says; each finding tells whether that is documented, measured, inferred or invented"
    return str(check.provenance)


def _render_check(check: Check | ClientCheck) -> str:
    rows = [
        ("holds", check.summary),
        ("why", check.rationale),
        ("keep it", check.remediation),
        ("source", check.source),
        ("rests on", _describe_provenance(check)),
    ]
    if check.severity == "warning":
        rows.append(("severity", "a warning: alone it does not make `lookalike check` exit 1"))
    if check.since is not None:
        rows.append(("suite", f"{check.since}, and all later ones"))
    return f"{style_bold(check.id)}\n{render_table(rows, indent='  ')}"


def _render_family(family: str, checks: list[Check | ClientCheck]) -> str:
    rows = [(check.id, check.summary) for check in checks]
    return f"{style_bold(family)}\n{render_table(rows, indent='  ')}"
