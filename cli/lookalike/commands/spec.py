"""`lookalike spec`: an API's OpenAPI document."""

from __future__ import annotations

import click
import yaml

from lookalike_specs import read_document

from ..click_ext import ExtendedCommand
from ..options import api_argument
from ..output import echo, echo_json
from ..spec_options import import_option


class NoAliasDumper(yaml.SafeDumper):
    """Writes what is shared each time anew, as few people read YAML's anchors."""

    def ignore_aliases(self, _: object) -> bool:
        return True


@click.command("spec", cls=ExtendedCommand)
@api_argument
@import_option
@click.option("--format", "output_format", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def command(api: str, output_format: str) -> None:
    """Print an API's OpenAPI document.

    Its overlay is applied: fit for Prism, Redocly, Schemathesis and the like.

    \b
    Examples:
      lookalike spec tmapi > tmapi.yaml
      lookalike spec daji-1688 --format json | jq .paths
    """
    document = read_document(api)
    if output_format == "json":
        echo_json(document)
        return
    text = yaml.dump(document, Dumper=NoAliasDumper, allow_unicode=True, sort_keys=False, width=120)
    echo(text.rstrip())
