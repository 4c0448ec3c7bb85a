"""`lookalike situations`: everything that an API can answer, and what brings it."""

from __future__ import annotations

from typing import Any, Final, get_args, get_type_hints

import click
import msgspec

from lookalike_mocks.situations import SituationDetails
from lookalike_specs import load_api
from lookalike_specs.client_guidance import describe_guidance
from lookalike_specs.faults import FAULT_SOURCE
from lookalike_specs.pointers import join_pointer
from lookalike_specs.printable_text import break_workflow_commands
from lookalike_specs.provenance import Source, find_provenance

from ..click_ext import CommandError, ExtendedCommand
from ..completers import complete_situations
from ..options import json_option
from ..output import clip_line, echo, echo_json, render_table, style_bold, style_dim
from ..situation_patterns import expand_words, match_situations
from ..spec_options import add_specs, import_option, spec_option

KINDS: Final = get_args(get_type_hints(SituationDetails)["kind"])
HEADER: Final = ("situation", "kind", "HTTP", "provenance", "what it answers")


@click.command("situations", cls=ExtendedCommand)
@click.argument("words", nargs=-1, metavar="[API|SITUATION]...", shell_complete=complete_situations)
@spec_option
@import_option
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind. May be repeated.")
@click.option(
    "--verbose",
    is_flag=True,
    help="Say of each how to get it, where the fact comes from, and what it asks of a client.",
)
@json_option
def command(
    words: tuple[str, ...], specs: tuple[str, ...], kinds: tuple[str, ...], verbose: bool, as_json: bool
) -> None:
    """List what an API can answer.

    A line for each situation of the APIs that are named (of all, when none is): its HTTP status under the default
    variants, and whether it is documented, measured, inferred or invented. Last come the faults, which can happen to
    any answer on its way.

    A situation that is named, such as tmapi/439, is told in full: how to get it as at the vendor's, the values of a
    credential or a parameter that bring it, the header Prefer, and what it asks of a client. `tmapi/4*` means several,
    `!tmapi/4*` takes them away.

    \b
    Examples:
      lookalike situations tmapi
      lookalike situations tmapi/439
      lookalike situations tmapi hiobuy --kind error
      lookalike situations 'tmapi/*' '!tmapi/5*' --verbose
      lookalike situations --json
    """
    names = _add_spec_words(words, add_specs((), specs))
    situations = _select_situations(names, kinds)
    if as_json:
        echo_json([describe_situation(situation) for situation in situations])
        return
    is_named = bool(names) and all("/" in name and "*" not in name for name in names)
    if is_named or verbose:
        text = "\n\n".join(_render_situation(situation) for situation in situations)
        echo(break_workflow_commands(text))
    else:
        echo(break_workflow_commands(_render_table(situations)))
        echo(style_dim(f"\nHow to get one: lookalike situations {situations[-1].id}"))


def _add_spec_words(words: tuple[str, ...], spec_apis: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words, and the APIs of documents that none of them is about: `petstore/404` means that one alone."""
    added = []
    for api in spec_apis:
        if not any(word.removeprefix("!").startswith(f"{api}/") for word in words):
            added.append(api)
    return (*words, *added)


def _select_situations(words: tuple[str, ...], kinds: tuple[str, ...]) -> list[SituationDetails]:
    """Return what words and kinds leave of all that there is. Raises UnknownApi, UnknownChoice, CommandError."""
    patterns = expand_words(words)
    # `!tmapi/5*` alone takes away from all, and so does no pattern at all
    if all(pattern.startswith("!") for pattern in patterns):
        patterns.insert(0, "*")
    situations = [situation for situation in match_situations(patterns) if not kinds or situation.kind in kinds]
    if not situations:
        raise CommandError("no situation is left: --kind and the patterns take all away")
    return situations


def describe_situation(situation: SituationDetails) -> dict[str, Any]:
    """Return a situation as JSON, with its provenance."""
    source = find_situation_source(situation)
    return {**msgspec.to_builtins(situation), "provenance": msgspec.to_builtins(source)}


def find_situation_source(situation: SituationDetails) -> Source:
    """Return where it comes from that an API can answer so."""
    if situation.kind == "fault":
        return FAULT_SOURCE
    api, _, name = situation.id.partition("/")
    table = "situations"
    if situation.kind == "error":
        table = "errors"
    return find_provenance(load_api(api).document, join_pointer("x-lookalike", table, name))


def _render_table(situations: list[SituationDetails]) -> str:
    rows = []
    for situation in situations:
        status = ""
        if situation.status is not None:
            status = str(situation.status)
        line = " ".join((situation.message or situation.description).split())
        rows.append((situation.id, situation.kind, status, find_situation_source(situation).kind, line))
    lines = render_table(rows, HEADER).splitlines()
    return "\n".join(clip_line(line) for line in lines)


def _render_situation(situation: SituationDetails) -> str:
    status = ""
    if situation.status is not None:
        status = f"  HTTP {situation.status}"
    code = ""
    if situation.code is not None:
        code = f"  code {situation.code}"
    head = f"{style_bold(situation.id)}{status}{code}  {situation.message or situation.description}"
    rows = []
    every_operation = load_api(situation.id.partition("/")[0]).operations
    if len(situation.operations) < len(every_operation):
        rows.append(("operations", ", ".join(situation.operations)))
    if situation.reproduce:
        rows.append(("reproduce", situation.reproduce))
    rows.extend((trigger.name, trigger.value) for trigger in situation.triggers)
    rows.append(("Prefer", situation.prefer))
    rows.append(("provenance", str(find_situation_source(situation))))
    if situation.client is not None:
        rows.extend(describe_guidance(situation.client).items())
    table = render_table([(style_dim(name), value) for name, value in rows], indent="  ")
    return f"{head}\n{table}"
