"""The options --spec and --import: APIs and checks that nobody here wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from lookalike_specs.registry import find_sources, get_source, register_import
from lookalike_specs.spec_file import load_spec_file

from .click_ext import CommandError
from .completers import complete_files
from .output import echo_note

Command = TypeVar("Command", bound=Callable[..., Any])
# where Click's context keeps what --import named, for commands that are printed to be run again
IMPORTS_KEY: Final = "lookalike.imports"


def spec_option(command: Command) -> Command:
    """Add the option --spec."""
    return click.option(
        "--spec", "specs", multiple=True, metavar="FILE", shell_complete=complete_files,
        help="An OpenAPI 3.0 or 3.1 document, YAML or JSON; its API is named after the file. May be repeated.",
    )(command)  # fmt: skip


def import_option(command: Command) -> Command:
    """Add the option --import, which takes effect before any API is looked for."""
    return click.option(
        "--import", "imports", multiple=True, metavar="MODULE", is_eager=True, expose_value=False, callback=_import_all,
        shell_complete=complete_files,
        help="A module or a folder that brings APIs, handlers, verifiers or checks. May be repeated.",
    )(command)  # fmt: skip


def _import_all(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    # Eager, as the APIs that a module brings must be known before Click asks what [API] can be.
    for name in names:
        register_import(name)
    context.meta[IMPORTS_KEY] = names


def add_specs(apis: tuple[str, ...], specs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the APIs that are named, those of the documents among them; what cannot be served is said on stderr.

    Raises CommandError for two documents of one id, SpecError for a document that cannot be read.
    """
    paths: dict[str, str] = {}
    for path in specs:
        api = load_spec_file(path).id
        if api in paths:
            raise CommandError(f"{path} and {paths[api]} are both called {api!r}; rename one of the files")
        paths[api] = path
        for notice in get_source(api).notices:
            echo_note(f"{path}: {notice}")
    return (*apis, *paths)


def list_api_words(apis: tuple[str, ...]) -> list[str]:
    """Return the words of a command line that mean these APIs, such as `tmapi` or `--spec petstore.yaml`."""
    words = _list_import_words()
    sources = find_sources()
    for api in apis:
        source = sources.get(api)
        # one that is not listed came by --spec, and another process knows it only by its file
        if source is None or source.listed:
            words.append(api)
        else:
            words += ["--spec", source.origin]
    return words


def _list_import_words() -> list[str]:
    context = click.get_current_context(silent=True)
    if context is None:
        return []
    words = []
    for name in context.meta.get(IMPORTS_KEY, ()):
        words += ["--import", name]
    return words
