"""`lookalike apis`: what can be served, and which variants each API has."""

from __future__ import annotations

from typing import Any

import click

from lookalike_specs import Api, list_api_ids, load_api

from ..click_ext import ExtendedCommand
from ..options import json_option
from ..output import echo, echo_json, render_table, style_bold, style_dim
from ..spec_options import add_specs, import_option, spec_option


@click.command("apis", cls=ExtendedCommand)
@spec_option
@import_option
@json_option
def command(specs: tuple[str, ...], as_json: bool) -> None:
    """List the APIs and their variants.

    Operations, the vendor's servers, and each variant's values; a star marks the default.

    \b
    Examples:
      lookalike apis
      lookalike apis --json
    """
    apis = [describe_api(load_api(api)) for api in add_specs((), specs) or list_api_ids()]
    if as_json:
        echo_json(apis)
        return
    echo("\n\n".join(_render_api(api) for api in apis))


def describe_api(api: Api) -> dict[str, Any]:
    """Return one API as JSON."""
    info = api.document["info"]
    return {
        "id": api.id,
        "title": info["title"],
        "version": info["version"],
        "servers": [server["url"] for server in api.document["servers"]],
        "operations": [
            {"id": operation.id, "method": operation.method, "path": operation.path} for operation in api.operations
        ],
        "variants": {
            name: {"description": variant.description, "default": variant.default, "values": variant.values}
            for name, variant in api.root.variants.items()
        },
    }


def _render_api(api: dict[str, Any]) -> str:
    lines = [f"{style_bold(api['id'])}  {api['title']}"]
    for operation in api["operations"]:
        lines.append(f"  {operation['method']} {operation['path']}  {style_dim(operation['id'])}")
    for server in api["servers"]:
        lines.append(f"  {server}")
    for name, variant in api["variants"].items():
        lines.append("")
        lines.append(f"  {style_bold(name)}  {variant['description']}")
        lines.append(_render_values(variant))
    return "\n".join(lines)


def _render_values(variant: dict[str, Any]) -> str:
    rows = []
    for value, description in variant["values"].items():
        mark = " "
        if value == variant["default"]:
            mark = "*"
        rows.append((mark, value, description))
    return render_table(rows, indent="    ")
