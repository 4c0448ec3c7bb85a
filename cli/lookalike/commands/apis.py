"""`lookalike apis`: what can be served, and which variants each API has."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from lookalike_specs import Api, list_api_ids, load_api
from lookalike_specs.pointers import join_pointer
from lookalike_specs.printable_text import break_workflow_commands
from lookalike_specs.provenance import find_provenance

from ..click_ext import ExtendedCommand
from ..options import apis_argument, json_option
from ..output import echo, echo_json, render_table, style_bold, style_dim
from ..spec_options import add_specs, import_option, spec_option


@click.command("apis", cls=ExtendedCommand)
@apis_argument
@spec_option
@import_option
@json_option
def command(apis: tuple[str, ...], specs: tuple[str, ...], as_json: bool) -> None:
    """List the APIs and their variants.

    All, when none is named: operations, the vendor's servers, each variant with its provenance and its values. A star
    marks the default.

    \b
    Examples:
      lookalike apis
      lookalike apis tmapi hiobuy
      lookalike apis --json
    """
    names = dict.fromkeys(add_specs(apis, specs) or list_api_ids())
    descriptions = [describe_api(load_api(api)) for api in names]
    if as_json:
        echo_json(descriptions)
        return
    echo(break_workflow_commands("\n\n".join(_render_api(description) for description in descriptions)))


def describe_api(api: Api) -> dict[str, Any]:
    """Return one API as JSON; operations and variants say where they come from."""
    info = api.document["info"]
    return {
        "id": api.id,
        "title": info["title"],
        "version": info["version"],
        "servers": [server["url"] for server in api.document["servers"]],
        "operations": [
            {
                "id": operation.id,
                "method": operation.method,
                "path": operation.path,
                "provenance": _describe_source(api, "paths", operation.document_path, operation.method.lower()),
            }
            for operation in api.operations
        ],
        "variants": {
            name: {
                "description": variant.description,
                "default": variant.default,
                "values": variant.values,
                "provenance": _describe_source(api, "x-lookalike", "variants", name),
            }
            for name, variant in api.root.variants.items()
        },
    }


def _describe_source(api: Api, *names: str) -> dict[str, str]:
    source: dict[str, str] = msgspec.to_builtins(find_provenance(api.document, join_pointer(*names)))
    return source


def _render_api(api: dict[str, Any]) -> str:
    lines = [f"{style_bold(api['id'])}  {api['title']}"]
    for operation in api["operations"]:
        lines.append(f"  {operation['method']} {operation['path']}  {style_dim(operation['id'])}")
    for server in api["servers"]:
        lines.append(f"  {server}")
    for name, variant in api["variants"].items():
        lines.append("")
        kind = style_dim(f"({variant['provenance']['kind']})")
        lines.append(f"  {style_bold(name)}  {variant['description']} {kind}")
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
