"""`lookalike spec`: an API's OpenAPI document."""

from __future__ import annotations

import click

from ..options import api_argument
from ..output import echo, echo_json


@click.command("spec")
@api_argument
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def command(api: str, form: str) -> None:
    """Print an API's OpenAPI document.

    Its overlay is applied: fit for Prism, Redocly, Schemathesis and the like.

    \b
    Examples:
      lookalike spec tmapi > tmapi.yaml
      lookalike spec daji-1688 --format json | jq .paths
    """
    from lookalike_specs import read_document  # noqa: PLC0415 - `lookalike --help` must not wait for it

    document = read_document(api)
    if form == "json":
        echo_json(document)
        return

    import yaml  # noqa: PLC0415

    class NoAliasDumper(yaml.SafeDumper):
        """Writes what is shared each time anew, as few people read YAML's anchors."""

        def ignore_aliases(self, _: object) -> bool:
            """All of them."""
            return True

    echo(yaml.dump(document, Dumper=NoAliasDumper, allow_unicode=True, sort_keys=False, width=120).rstrip())
