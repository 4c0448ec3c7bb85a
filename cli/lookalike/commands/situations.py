"""`lookalike situations`: everything that an API can answer, and what brings it."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from lookalike_mocks.situations import iter_situations
from lookalike_specs import Api, list_api_ids, load_api

from ..click_ext import ExtendedCommand
from ..options import complete_api_ids, json_option
from ..output import echo, echo_json, render_table, style_bold, style_dim
from ..spec_options import add_specs, import_option, spec_option


@click.command("situations", cls=ExtendedCommand)
@click.argument("api", required=False, shell_complete=complete_api_ids)
@spec_option
@import_option
@json_option
def command(api: str | None, specs: tuple[str, ...], as_json: bool) -> None:
    """List what an API can answer.

    Every situation of the API (of all, when none is named): what it answers, and how to get it. Last come the faults,
    which can happen to any answer on its way.

    The HTTP status is the one on the wire under the default variants. A situation can be reproduced honestly, where
    that is possible, by a trigger value of a credential or a parameter, and by the header Prefer.

    \b
    Examples:
      lookalike situations tmapi
      lookalike situations --json
    """
    names = add_specs((api,) if api else (), specs) or list_api_ids()
    situations = []
    for name in names:
        situations.extend(describe_situations(load_api(name)))
    if as_json:
        echo_json(situations)
        return
    echo("\n\n".join(_render_situation(situation) for situation in situations))


def describe_situations(api: Api) -> list[dict[str, Any]]:
    """Return the situations of one API as JSON: those that are not errors, the catalogue of errors, the faults."""
    return [msgspec.to_builtins(situation) for situation in iter_situations(api)]


def _render_situation(situation: dict[str, Any]) -> str:
    status = ""
    if situation["status"] is not None:
        status = f"  HTTP {situation['status']}"
    code = ""
    if situation["code"] is not None:
        code = f"  code {situation['code']}"
    head = f"{style_bold(situation['id'])}{status}{code}  {situation['message'] or situation['description']}"
    rows = []
    if situation["reproduce"]:
        rows.append(("reproduce", situation["reproduce"]))
    rows.extend((trigger["name"], trigger["value"]) for trigger in situation["triggers"])
    rows.append(("Prefer", situation["prefer"]))
    table = render_table([(style_dim(name), value) for name, value in rows], indent="  ")
    return f"{head}\n{table}"
