"""`lookalike apis`: what can be served, and which switches each API has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..options import json_option
from ..output import echo, echo_json, render_table, style_bold, style_dim

if TYPE_CHECKING:
    from lookalike_specs import Api


@click.command("apis")
@json_option
def command(as_json: bool) -> None:
    """List the APIs and their variants.

    Operations, the vendor's servers, and each variant's values; a star marks the default.

    \b
    Examples:
      lookalike apis
      lookalike apis --json
    """
    from lookalike_specs import list_api_ids, load_api  # noqa: PLC0415 - `lookalike --help` must not wait for it

    listed = [describe_api(load_api(api)) for api in list_api_ids()]
    if as_json:
        echo_json(listed)
        return
    echo("\n\n".join(_render_api(api) for api in listed))


def describe_api(api: Api) -> dict[str, Any]:
    """One API as JSON."""
    return {
        "id": api.id,
        "title": api.document["info"]["title"],
        "version": api.document["info"]["version"],
        "servers": [server["url"] for server in api.document["servers"]],
        "operations": [
            {"id": operation.id, "method": operation.method, "path": operation.path} for operation in api.operations
        ],
        "variants": {
            name: {"description": found.description, "default": found.default, "values": found.values}
            for name, found in api.root.variants.items()
        },
    }


def _render_api(api: dict[str, Any]) -> str:
    lines = [f"{style_bold(api['id'])}  {api['title']}"]
    lines += [f"  {found['method']} {found['path']}  {style_dim(found['id'])}" for found in api["operations"]]
    lines += [f"  {server}" for server in api["servers"]]
    for name, variant in api["variants"].items():
        lines += ["", f"  {style_bold(name)}  {variant['description']}"]
        rows = [("*" if key == variant["default"] else " ", key, text) for key, text in variant["values"].items()]
        lines.append(render_table(rows, indent="    "))
    return "\n".join(lines)
