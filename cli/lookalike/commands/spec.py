"""`lookalike spec`: the OpenAPI documents of APIs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from lookalike_specs import list_api_ids, read_document
from lookalike_specs.files import write_atomically

from ..click_ext import CommandError, ExtendedCommand
from ..options import apis_argument, choose_format, json_option
from ..output import echo, render_json
from ..spec_options import add_specs, import_option, spec_option

Documents = Mapping[str, dict[str, Any]]


class DocumentDumper(yaml.SafeDumper):
    """Writes documents for people: texts of several lines as blocks, and what is shared each time anew."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    # a quoted text of several lines would have an empty line for each break; few people can read that
    if "\n" in text:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


DocumentDumper.add_representer(str, _represent_text)


@click.command("spec", cls=ExtendedCommand)
@apis_argument
@spec_option
@import_option
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="What is printed."
)
@json_option
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Write a file for each API, such as tmapi.yaml, in place of printing.",
)  # fmt: skip
def command(apis: tuple[str, ...], specs: tuple[str, ...], form: str, as_json: bool, folder: Path | None) -> None:
    """Print an API's OpenAPI document.

    All, when none is named. The overlays are applied: fit for Prism, Redocly, Schemathesis and the like. Of several
    APIs, YAML has a document for each, and JSON one object with the document of each id.

    \b
    Examples:
      lookalike spec tmapi > tmapi.yaml
      lookalike spec daji-1688 --json | jq .paths
      lookalike spec --output specs
    """
    names = add_specs(apis, specs) or list_api_ids()
    documents = {api: read_document(api) for api in names}
    form = choose_format(form, as_json=as_json)
    if folder is not None:
        _write_files(documents, form, folder)
    elif form == "yaml":
        echo("\n---\n".join(_render_yaml(document) for document in documents.values()))
    elif len(documents) == 1:
        echo(render_json(*documents.values()))
    else:
        echo(render_json(documents))


def _write_files(documents: Documents, form: str, folder: Path) -> None:
    """Write a file for each document. Raises CommandError."""
    for api, document in documents.items():
        path = folder / f"{api}.{form}"
        text = _render_yaml(document)
        if form == "json":
            text = render_json(document)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, f"{text}\n".encode())
        except OSError as error:
            raise CommandError(f"cannot write {path}: {error.strerror}") from error


def _render_yaml(document: dict[str, Any]) -> str:
    text: str = yaml.dump(document, Dumper=DocumentDumper, allow_unicode=True, sort_keys=False, width=120)
    return text.rstrip()
