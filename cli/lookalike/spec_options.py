"""The options --spec and --import: APIs that nobody here wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from .click_ext import CommandError

Command = TypeVar("Command", bound=Callable[..., Any])


def spec_option(command: Command) -> Command:
    """The option --spec."""
    return click.option(
        "--spec", "specs", multiple=True, metavar="FILE",
        help="An OpenAPI 3.0 or 3.1 document, YAML or JSON; its API is named after the file. May be repeated.",
    )(command)  # fmt: skip


def import_option(command: Command) -> Command:
    """The option --import, which takes effect before any API is looked for."""
    return click.option(
        "--import", "imports", multiple=True, metavar="MODULE", is_eager=True, expose_value=False, callback=_import_all,
        help="A module or a folder that brings APIs, handlers, verifiers or checks. May be repeated.",
    )(command)  # fmt: skip


def _import_all(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> None:
    from lookalike_specs.registry import register_import  # noqa: PLC0415 - `lookalike --help` must not wait for it

    for name in names:
        register_import(name)


def add_specs(apis: tuple[str, ...], specs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the APIs that are named, those of the documents among them; what cannot be served is said on stderr.

    Raise CommandError for two documents of one id, SpecError for a document that cannot be read.
    """
    if not specs:
        return apis
    from lookalike_specs.registry import get_source  # noqa: PLC0415 - `lookalike --help` must not wait for it
    from lookalike_specs.spec_file import load_spec_file  # noqa: PLC0415

    found: dict[str, str] = {}
    for path in specs:
        api = load_spec_file(path).id
        if api in found:
            raise CommandError(f"{path} and {found[api]} are both called {api!r}; name one of the files otherwise")
        found[api] = path
        for notice in get_source(api).notices:
            click.echo(f"{path}: {notice}", err=True)
    return (*apis, *found)


def list_api_words(apis: tuple[str, ...]) -> list[str]:
    """Return what a command line says to mean these APIs: `tmapi`, `--spec petstore.yaml`."""
    from lookalike_specs.registry import find_sources  # noqa: PLC0415 - `lookalike --help` must not wait for it

    words: list[str] = []
    for api in apis:
        source = find_sources().get(api)
        words += [api] if source is None or source.listed else ["--spec", source.origin]
    return words
