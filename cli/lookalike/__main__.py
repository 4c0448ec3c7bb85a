"""The command line: `lookalike`, or `python -m lookalike`."""

from __future__ import annotations

import os
import sys

import click

from . import __version__
from .click_ext import LazyCommandGroup
from .commands import COMMANDS

CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=LazyCommandGroup, table=COMMANDS, invoke_without_command=True, context_settings=CONTEXT_SETTINGS)
@click.version_option(__version__, prog_name="lookalike", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Five Chinese image-search APIs on your own machine, without keys and without a network.

    \b
    Examples:
      lookalike serve                      all five APIs on http://127.0.0.1:8765
      lookalike serve tmapi --port 0       one of them, on a free port
      lookalike situations tmapi           every error and how to get it
      lookalike sign aliyun                how a signature comes about, stage by stage
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Run the command line; exit 0 for success, 2 for what the caller can put right."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a Chinese title gets an escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="lookalike")


if __name__ == "__main__":
    main()
