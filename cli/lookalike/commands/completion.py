"""`lookalike completion`: what a shell needs to complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ..group import Problem
from ..text import echo


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a completion script.

    \b
    Examples:
      eval "$(lookalike completion bash)"          in ~/.bashrc
      lookalike completion fish > ~/.config/fish/completions/lookalike.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise Problem(f"this click knows no completion for {shell}")
    found = kind(context.find_root().command, {}, "lookalike", "_LOOKALIKE_COMPLETE")
    echo(click.shell_completion.ShellComplete.source(found))
