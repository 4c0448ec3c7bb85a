"""`lookalike situations`: everything that an API can answer, and what brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..parameters import api_ids, as_json
from ..text import echo, echo_json, faint, strong, table

if TYPE_CHECKING:
    from lookalike_specs import Api
    from lookalike_specs.extension import ErrorCode


@click.command("situations")
@click.argument("api", required=False, shell_complete=api_ids)
@as_json
def command(api: str | None, as_json: bool) -> None:
    """List what an API can answer.

    Every situation of the API (of all, when none is named): what it answers, and how to get it.

    The HTTP status is the one on the wire under the default variants. Each situation comes about naturally, where it
    can, and by a magic value of a credential or a parameter.

    \b
    Examples:
      lookalike situations tmapi
      lookalike situations --json
    """
    from lookalike_specs import ids, load  # noqa: PLC0415 - `lookalike --help` must not wait for it

    listed = [situation for name in ([api] if api else ids()) for situation in describe(load(name))]
    if as_json:
        echo_json(listed)
        return
    echo("\n\n".join(_text(situation) for situation in listed))


def describe(api: Api) -> list[dict[str, Any]]:
    """The situations of one API as JSON: those that are not errors, then the catalogue of errors."""
    fine = [
        {"id": f"{api.id}/{name}", "status": 200, "code": None, "message": "", "description": found.description,
         "natural": found.natural, "magic": _magic(api, name)}
        for name, found in api.root.situations.items()
    ]  # fmt: skip
    wrong = [
        {"id": f"{api.id}/{name}", "status": _status(api, error), "code": error.code, "message": error.message,
         "description": error.description, "natural": error.natural, "magic": _magic(api, name)}
        for name, error in api.root.errors.items()
    ]  # fmt: skip
    return fine + wrong


def _magic(api: Api, situation: str) -> list[dict[str, str]]:
    return [
        {
            "in": "credential" if magic.credential else "parameter",
            "name": magic.credential or magic.parameter,
            "value": magic.template.replace("{situation}", situation),
        }
        for magic in api.root.magic
    ]


def _status(api: Api, error: ErrorCode) -> int:
    """The HTTP status on the wire under the default variants."""
    switch = api.root.variants.get("error-transport")
    transport = api.root.transports[error.transport or (switch.default if switch else api.root.transport)]
    return error.status if isinstance(transport.status, str) else transport.status


def _text(situation: dict[str, Any]) -> str:
    code = "" if situation["code"] is None else f"  code {situation['code']}"
    told = situation["message"] or situation["description"]
    rows = [("naturally", situation["natural"])] if situation["natural"] else []
    rows += [(magic["name"], magic["value"]) for magic in situation["magic"]]
    head = f"{strong(situation['id'])}  HTTP {situation['status']}{code}  {told}"
    return "\n".join([head, table([(faint(name), value) for name, value in rows], indent="  ")])
