"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any, TypeVar

import click

from .click_ext import CommandError, suggest_closest

Command = TypeVar("Command", bound=Callable[..., Any])


class FiniteFloatRange(click.FloatRange):
    """A number in a range; `nan`, which is in every range for Click, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        found = super().convert(value, param, ctx)
        return self.fail(f"{value!r} is not a valid number.", param, ctx) if isnan(found) else float(found)


def complete_api_ids(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the APIs that begin so."""
    from lookalike_specs import list_api_ids  # noqa: PLC0415 - `lookalike --help` must not wait for it

    return [api for api in list_api_ids() if api.startswith(incomplete)]


def complete_variants(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: every `api.name=value` that begins so."""
    from lookalike_specs import list_api_ids, load_api  # noqa: PLC0415 - `lookalike --help` must not wait for it

    keys = [
        f"{api}.{name}={value}"
        for api in list_api_ids()
        for name, variant in load_api(api).root.variants.items()
        for value in variant.values
    ]
    return [key for key in keys if key.startswith(incomplete)]


def complete_check_ids(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the checks and families of checks that begin so."""
    from .click_ext import require_judge  # noqa: PLC0415 - `lookalike --help` must not wait for it

    with require_judge():
        from lookalike_contracts import checks  # noqa: PLC0415

    names = dict.fromkeys(name for check in checks.select_checks() for name in (check.family, check.id))
    return [name for name in names if name.startswith(incomplete)]


def api_argument(command: Command) -> Command:
    """The argument API."""
    return click.argument("api", shell_complete=complete_api_ids)(command)


def apis_argument(command: Command) -> Command:
    """The argument [API]…."""
    return click.argument("apis", nargs=-1, metavar="[API]...", shell_complete=complete_api_ids)(command)


def json_option(command: Command) -> Command:
    """The option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def parse_pairs(texts: tuple[str, ...], what: str) -> dict[str, str]:
    """`KEY=VALUE` texts as a table. Raises Problem for one without `=`, and for a key that comes twice."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise CommandError(f"{what} is KEY=VALUE, not {text!r}")
        if key in found:
            raise CommandError(f"{what} {key!r} is given twice")
        found[key] = value
    return found


def parse_variants(variants: tuple[str, ...], apis: tuple[str, ...]) -> dict[str, str]:
    """The variants as a table. Raises Problem for a switch of an API that is not served."""
    from lookalike_specs import list_api_ids  # noqa: PLC0415 - `lookalike --help` must not wait for it

    chosen = parse_pairs(variants, "--variant")
    served = list(apis or list_api_ids())
    for key in chosen:
        api, dot, _ = key.rpartition(".")
        if dot and api not in served:
            raise CommandError(f"--variant {key}: {api!r} is not served{suggest_closest(api, served)}")
    return chosen
