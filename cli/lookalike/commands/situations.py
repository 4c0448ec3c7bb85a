"""`lookalike situations`: everything that an API can answer, and what brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..options import complete_api_ids, json_option
from ..output import echo, echo_json, render_table, style_bold, style_dim

if TYPE_CHECKING:
    from lookalike_specs import Api


@click.command("situations")
@click.argument("api", required=False, shell_complete=complete_api_ids)
@json_option
def command(api: str | None, as_json: bool) -> None:
    """List what an API can answer.

    Every situation of the API (of all, when none is named): what it answers, and how to get it. Last come the faults,
    which can befall any answer on its way.

    The HTTP status is the one on the wire under the default variants. Each situation comes about naturally, where it
    can, by a magic value of a credential or a parameter, and by the header Prefer.

    \b
    Examples:
      lookalike situations tmapi
      lookalike situations --json
    """
    from lookalike_specs import list_api_ids, load_api  # noqa: PLC0415 - `lookalike --help` must not wait for it

    listed = [
        situation for name in ([api] if api else list_api_ids()) for situation in describe_situations(load_api(name))
    ]
    if as_json:
        echo_json(listed)
        return
    echo("\n\n".join(_render_situation(situation) for situation in listed))


def describe_situations(api: Api) -> list[dict[str, Any]]:
    """The situations of one API as JSON: those that are not errors, then the catalogue of errors, then the faults."""
    import msgspec  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from lookalike_mocks.situations import iter_situations  # noqa: PLC0415

    return [msgspec.to_builtins(found) for found in iter_situations(api)]


def _render_situation(situation: dict[str, Any]) -> str:
    status = "" if situation["status"] is None else f"  HTTP {situation['status']}"
    code = "" if situation["code"] is None else f"  code {situation['code']}"
    told = situation["message"] or situation["description"]
    rows = [("naturally", situation["reproduce"])] if situation["natural"] else []
    rows += [(magic["name"], magic["value"]) for magic in situation["triggers"]]
    rows += [("Prefer", situation["prefer"])]
    head = f"{style_bold(situation['id'])}{status}{code}  {told}"
    return "\n".join([head, render_table([(style_dim(name), value) for name, value in rows], indent="  ")])
