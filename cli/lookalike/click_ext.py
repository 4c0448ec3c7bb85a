"""What our command line adds to Click: commands imported when called, and errors of one line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

JUDGE_LIBRARIES = frozenset(("hypothesis", "jsonschema", "jsonschema_path", "openapi_core", "schemathesis"))


class CommandError(click.ClickException):
    """What the caller can put right; printed as `Error: …` on stderr, exit 2."""

    exit_code = 2


class LazyCommand(NamedTuple):
    """A command that is imported when it is called: its module, which has it as `command`, and its line of help."""

    module: str
    summary: str

    def load(self) -> click.Command:
        """Import the module and return its command."""
        loaded: click.Command = import_module(self.module).command
        return loaded


class CommandGroup(click.Group):
    """Click's group without usage lines, where each error of our own packages is one line."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with shorten_errors():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with shorten_errors():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named. Raises CommandError, with the nearest name, when there is none."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise CommandError(f"no command {args[0]!r}{suggest_closest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


class LazyCommandGroup(CommandGroup):
    """A group that knows its commands by a table and imports one when it is called.

    Help and completion of the commands' names come from the table alone, in its order.
    """

    def __init__(self, *args: Any, table: Mapping[str, LazyCommand], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.table = table

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        # Kept, so that whoever changes a command (a test, a plugin) finds it changed the next time.
        if cmd_name not in self.commands:
            self.commands[cmd_name] = self.table[cmd_name].load()
        return self.commands[cmd_name]

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table. Click's own method would import every command for its summary."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so, without importing any command."""
        names = [name for name in self.table if name.startswith(incomplete)]
        commands = [CompletionItem(name, help=self.table[name].summary) for name in names]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*commands, *options]


@contextmanager
def shorten_errors() -> Iterator[None]:
    """Turn what goes wrong inside into one line; errors of ours that nobody expected pass."""
    try:
        yield
    except click.UsageError as error:
        error.ctx = None  # without a context click prints no usage lines
        raise
    except (click.exceptions.Exit, click.Abort, click.ClickException):
        raise
    except Exception as error:
        message = _describe_error(error)
        if message is None:
            raise
        raise CommandError(message) from error


def suggest_closest(name: str, known: list[str]) -> str:
    """Return `; did you mean 'tmapi'?` where a known name is near; "" where none is."""
    from lookalike_specs.suggest import suggest  # noqa: PLC0415 - only when something is wrong

    return suggest(name, known)


def _describe_error(error: Exception) -> str | None:
    """Return one line for an error of our own packages, None for any other."""
    # Imported here: who only reads the help, or gets Click's own errors, need not wait for the specs and the mock.
    from lookalike_specs import SpecError, UnknownApi, UnknownVariant  # noqa: PLC0415

    if isinstance(error, SpecError | UnknownApi | UnknownVariant):
        return str(error)

    from lookalike_mocks.exceptions import AmbiguousRoute  # noqa: PLC0415

    if isinstance(error, AmbiguousRoute):
        return str(error)
    return None


@contextmanager
def require_judge() -> Iterator[None]:
    """Wrap the import of the judge. Raises CommandError where its libraries are not installed."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in JUDGE_LIBRARIES:
            raise
        raise CommandError('the judge needs an extra: pip install "lookalike[contracts]"') from error
