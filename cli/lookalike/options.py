"""Arguments and options that several commands take, and how their texts are read."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any, Final, TypeVar

import click

from lookalike_specs import list_api_ids

from .click_ext import CommandError, suggest_closest
from .completers import complete_api_ids

SEED_RANGE: Final = click.IntRange(0, 2**63 - 1)
SIZE_RANGE: Final = click.IntRange(1, 10**9)
Command = TypeVar("Command", bound=Callable[..., Any])


class FiniteFloatRange(click.FloatRange):
    """A number in a range; `nan`, which is in every range for Click, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if isnan(number):
            self.fail(f"{value!r} is not a valid number.", param, ctx)
        return number


def api_argument(command: Command) -> Command:
    """Add the argument API."""
    return click.argument("api", shell_complete=complete_api_ids)(command)


def apis_argument(command: Command) -> Command:
    """Add the argument [API]…."""
    return click.argument("apis", nargs=-1, metavar="[API]...", shell_complete=complete_api_ids)(command)


def json_option(command: Command) -> Command:
    """Add the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def choose_format(name: str, *, as_json: bool) -> str:
    """Return the format that is printed, where `--json` is short for `--format json`."""
    if as_json:
        return "json"
    return name


def parse_pairs(texts: tuple[str, ...], what: str) -> dict[str, str]:
    """Return `KEY=VALUE` texts as a table.

    Raises CommandError for a text without `=` and for a key that comes twice; `what` names the option in its message.
    """
    table: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise CommandError(f"{what} is KEY=VALUE, not {text!r}")
        if key in table:
            raise CommandError(f"{what} {key!r} is given twice")
        table[key] = value
    return table


def parse_variants(variants: tuple[str, ...], apis: tuple[str, ...]) -> dict[str, str]:
    """Return the variants as a table. Raises CommandError for a variant of an API that is not served."""
    chosen = parse_pairs(variants, "--variant")
    served = list(apis or list_api_ids())
    for key in chosen:
        api, dot, _ = key.rpartition(".")
        if dot and api not in served:
            raise CommandError(f"--variant {key}: {api!r} is not served{suggest_closest(api, served)}")
    return chosen
