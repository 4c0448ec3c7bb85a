"""Options that are set by environment variables: `LOOKALIKE_PORT` is `--port`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

import click
from click.core import ParameterSource

PREFIX: Final = "LOOKALIKE_"
# These mean another thing at each command (a file, a format), so the variable has the command's name in it.
OWN_OPTIONS: Final = frozenset({"format", "output"})
COMMON_OPTIONS: Final = frozenset({"spec", "import", "json"})
# What costs money is typed each time, and not left behind in a shell's profile.
TYPED_OPTIONS: Final = frozenset({"live"})
OPTION_IN_MESSAGE: Final = re.compile(r"--[a-z][a-z-]*")


def add_variables(command: click.Command) -> None:
    """Give each option of a command, and of the commands below it, its variable."""
    for option in _list_options(command):
        if option.envvar is None:
            option.envvar = _name_variable(command, option)
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            add_variables(subcommand)


def describe_variables(command: click.Command) -> str:
    """Return the sentence of a command's help that says which variables there are; "" for a command without any."""
    options = [option for option in _list_options(command) if option.envvar]
    if not options:
        return ""
    own = [option for option in options if _get_long_name(option) in OWN_OPTIONS]
    shared = [option for option in options if option not in own]
    # What most commands have says less about this one than its own options do.
    shared.sort(key=lambda option: _get_long_name(option) in COMMON_OPTIONS)
    examples = [*shared[:1], *own]
    pairs = ", ".join(f"--{_get_long_name(option)} by {option.envvar}" for option in examples)
    sentence = f"Each option can be set by an environment variable, such as {pairs}."
    typed = [f"--{_get_long_name(option)}" for option in _list_options(command) if not option.envvar]
    if typed:
        sentence += f" There is none for {', '.join(typed)}."
    return sentence


def name_sources(message: str, context: click.Context) -> str:
    """Return an error's message; where an option that it names was set by a variable, with the variable's name.

    Who has typed `lookalike serve` only would look for `--port` in vain.
    """
    mentioned = OPTION_IN_MESSAGE.findall(message)
    for option in _list_options(context.command):
        is_mentioned = any(name in mentioned for name in option.opts)
        source = context.get_parameter_source(option.name or "")
        if is_mentioned and source is ParameterSource.ENVIRONMENT:
            message += f" (--{_get_long_name(option)} comes from the variable {option.envvar})"
    return message


def drop_service_links() -> None:
    """Forget what Kubernetes puts into every container beside a Service called `lookalike`.

    It sets `LOOKALIKE_PORT=tcp://10.0.0.11:8765`, as Docker's links did, and that is no port to listen on.
    """
    if os.environ.get(f"{PREFIX}PORT", "").startswith("tcp://"):
        del os.environ[f"{PREFIX}PORT"]


def _list_options(command: click.Command) -> Iterator[click.Option]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield parameter


def _name_variable(command: click.Command, option: click.Option) -> str | None:
    name = _get_long_name(option)
    if name in TYPED_OPTIONS:
        return None
    if name in OWN_OPTIONS:
        name = f"{command.name}_{name}"
    return PREFIX + name.upper().replace("-", "_")


def _get_long_name(option: click.Option) -> str:
    return max(option.opts, key=len).removeprefix("--")
