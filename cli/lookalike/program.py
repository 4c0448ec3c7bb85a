"""The command line, as `__main__` calls it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from . import __version__
from .click_ext import LazyCommandGroup
from .commands import COMMANDS
from .environment import drop_service_links
from .output import choose_color

COMPLETION_VARIABLE = "_LOOKALIKE_COMPLETE"
CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=LazyCommandGroup, table=COMMANDS, context_settings=CONTEXT_SETTINGS)
@click.version_option(__version__, "-V", "--version", prog_name="lookalike", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Mock servers and contract tests for five image-search APIs, without keys and without a network.

    TMAPI, HioBuy, Daji (1688 and Taobao) and Alibaba Cloud Image Search on your own machine.

    \b
    Examples:
      lookalike serve                      all five APIs on http://127.0.0.1:8765
      lookalike serve tmapi --port 0       one of them, on a free port
      lookalike situations tmapi           every error and all else that it can answer
      lookalike situations tmapi/439       one of them, and how to get it
      lookalike sign aliyun                how a signature comes about, stage by stage
      lookalike check --url URL            what a server of yours does otherwise
      lookalike certify tmapi --client my_client:search
                                           what a client of yours makes of every answer
      lookalike exec -- pytest             what your tests send, and what they never meet
    """
    context.color = choose_color()
    drop_service_links()


def run() -> None:
    """Run the command line; exit 0 for success, 2 for what the caller can put right."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a Chinese title gets an escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.argv[1:2] == ["serve"]:
        # before the imports of that command, which take longer than all the rest of its start
        from .server_process import prepare_process  # noqa: PLC0415 - no other command needs it

        prepare_process()
    try:
        cli(prog_name="lookalike")
    except Exception:
        # A shell that completes would print the traceback into the line that somebody is typing.
        if os.environ.get(COMPLETION_VARIABLE):
            sys.exit(1)
        raise


def _open_closed_streams() -> None:
    """Open what was closed before the program started, as `>&-` does it in a shell.

    The next file to be opened would be given the number of the closed one, and what a library in C writes to stderr would
    go into that: into a client's connection, say.
    """
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        descriptor = os.dup(descriptor)
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        # Python has None for a stream that was closed
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open until the end
