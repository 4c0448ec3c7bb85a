"""`lookalike situations`: everything that an API can answer, and what brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..parameters import api_ids, as_json
from ..text import echo, echo_json, faint, strong, table

if TYPE_CHECKING:
    from lookalike_specs import Api


@click.command("situations")
@click.argument("api", required=False, shell_complete=api_ids)
@as_json
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
    from lookalike_specs import ids, load  # noqa: PLC0415 - `lookalike --help` must not wait for it

    listed = [situation for name in ([api] if api else ids()) for situation in describe(load(name))]
    if as_json:
        echo_json(listed)
        return
    echo("\n\n".join(_text(situation) for situation in listed))


def describe(api: Api) -> list[dict[str, Any]]:
    """The situations of one API as JSON: those that are not errors, then the catalogue of errors, then the faults."""
    import msgspec  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from lookalike_mocks.situations import situations  # noqa: PLC0415

    return [msgspec.to_builtins(found) for found in situations(api)]


def _text(situation: dict[str, Any]) -> str:
    status = "" if situation["status"] is None else f"  HTTP {situation['status']}"
    code = "" if situation["code"] is None else f"  code {situation['code']}"
    told = situation["message"] or situation["description"]
    rows = [("naturally", situation["natural"])] if situation["natural"] else []
    rows += [(magic["name"], magic["value"]) for magic in situation["magic"]]
    rows += [("Prefer", situation["prefer"])]
    head = f"{strong(situation['id'])}{status}{code}  {told}"
    return "\n".join([head, table([(faint(name), value) for name, value in rows], indent="  ")])
