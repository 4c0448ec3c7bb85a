"""What Click says of a command line that it cannot read, in one line with a hint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import click

# `'crl' is not one of 'stages', 'url', …`: the exception keeps the value in its message only
WRONG_CHOICE: Final = re.compile(r"'(.*)' is not one of .*", re.DOTALL)


def describe_usage_error(error: click.UsageError, context: click.Context) -> str:
    """Return what is wrong and what would be right, in one line."""
    if isinstance(error, click.NoSuchOption):
        return _describe_unknown_option(error, context)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return _describe_missing_parameter(error.param, context)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _describe_wrong_value(error, error.param, context)
    message = error.format_message().rstrip(".")
    if isinstance(error, click.BadOptionUsage):
        return f"{message}; {_refer_to_help(context)}"
    return f"{message}; usage: {context.command_path} {' '.join(context.command.collect_usage_pieces(context))}"


def _describe_unknown_option(error: click.NoSuchOption, context: click.Context) -> str:
    from lookalike_specs.suggest import suggest  # noqa: PLC0415 - only when something is wrong

    existing = [name for parameter in context.command.get_params(context) for name in parameter.opts]
    hint = suggest(error.option_name, [name for name in existing if name.startswith("--")])
    return f"No such option {error.option_name!r}{hint or f'; {_refer_to_help(context)}'}"


def _describe_missing_parameter(parameter: click.Parameter, context: click.Context) -> str:
    """Return what is missing, and what can stand there: its choices, which are what a shell completes, or its help."""
    from lookalike_specs.suggest import list_choices  # noqa: PLC0415 - only when something is wrong

    message = f"Missing {parameter.param_type_name} {parameter.get_error_hint(context)}"
    choices = list(_list_choices(parameter, context))
    if choices:
        return f"{message}; one of {list_choices('', choices)}"
    if isinstance(parameter, click.Option) and parameter.help:
        return f"{message}: {parameter.help}"
    return f"{message}; {_refer_to_help(context)}"


def _describe_wrong_value(error: click.BadParameter, parameter: click.Parameter, context: click.Context) -> str:
    from lookalike_specs.suggest import list_choices, suggest  # noqa: PLC0415 - only when something is wrong

    wrong_choice = WRONG_CHOICE.fullmatch(error.message)
    if not isinstance(parameter.type, click.Choice) or wrong_choice is None:
        return error.format_message()
    value = wrong_choice[1]
    choices = list(_list_choices(parameter, context))
    hint = parameter.get_error_hint(context)
    known = list_choices(value, choices)
    return f"Invalid value for {hint}: {value!r} is not one of {known}{suggest(value, choices)}"


def _list_choices(parameter: click.Parameter, context: click.Context) -> Iterator[str]:
    for item in parameter.shell_complete(context, ""):
        # Click's own types ask the shell for files or folders so
        if item.type == "plain":
            yield str(item.value)


def _refer_to_help(context: click.Context) -> str:
    return f"see {context.command_path} --help"
