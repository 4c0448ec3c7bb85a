"""`lookalike completion`: what a shell needs to complete our commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from ..click_ext import ExtendedCommand
from ..output import echo

SHELLS: Final[Mapping[str, type[ShellComplete]]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command("completion", cls=ExtendedCommand)
@click.argument("shell", metavar="SHELL", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a completion script.

    For bash, zsh and fish. There is none for PowerShell and cmd.

    \b
    Examples:
      eval "$(lookalike completion bash)"          in ~/.bashrc
      lookalike completion fish > ~/.config/fish/completions/lookalike.fish
    """
    script = SHELLS[shell](context.find_root().command, {}, "lookalike", "_LOOKALIKE_COMPLETE")
    # The base class's `source`: BashComplete's own runs bash to ask for its version, and there may be none.
    echo(ShellComplete.source(script))
