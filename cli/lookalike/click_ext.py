"""What our command line adds to Click: commands imported when called, variables, and errors of one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from .environment import add_variables, describe_variables, name_sources
from .extras import describe_missing_extra
from .usage_errors import describe_usage_error


class CommandError(click.ClickException):
    """What the caller can put right; printed as `Error: …` on stderr, exit 2.

    `context` is that of the command that it happened in, which `shorten_errors` adds.
    """

    exit_code = 2

    def __init__(self, message: str, context: click.Context | None = None) -> None:
        super().__init__(message)
        self.context = context

    def format_message(self) -> str:
        """Return the message; with the variable, where an option that it names came from one."""
        # imported here, as help and completion have to be quick
        from lookalike_specs.printable_text import break_workflow_commands  # noqa: PLC0415

        message = self.message
        if self.context is not None:
            message = name_sources(message, self.context)
        return break_workflow_commands(message)


class LazyCommand(NamedTuple):
    """A command that is imported when it is called: its module, which has it as `command`, and its line of help."""

    module: str
    summary: str

    def load(self) -> click.Command:
        """Import the module and return its command."""
        loaded: click.Command = import_module(self.module).command
        add_variables(loaded)
        return loaded


class ExtendedCommand(click.Command):
    """Click's command, where each error of our own packages is one line, and the help tells of the variables."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with shorten_errors(ctx):
            rest = super().parse_args(ctx, args)
            for parameter in self.params:
                _require_text(parameter, ctx)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        with shorten_errors(ctx):
            return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write which environment variables set the options."""
        super().format_epilog(ctx, formatter)
        sentence = describe_variables(self)
        if sentence:
            formatter.write_paragraph()
            formatter.write_text(sentence)


class CommandGroup(click.Group):
    """Click's group without usage lines, where each error of our own packages is one line.

    Alone it prints its help, as `help` does; `help serve` is `serve --help`.
    """

    command_class = ExtendedCommand

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Click's own `no_args_is_help` exits 2 in newer versions and 0 in older ones.
        if not args and not ctx.resilient_parsing:
            args = ["--help"]
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        with shorten_errors(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with shorten_errors(ctx):
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

    Help and completion of the commands' names come from the table alone, in its order. A command that is imported is called
    within what `command_scope` returns.
    """

    def __init__(self, *args: Any, table: Mapping[str, LazyCommand], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.table = table
        self.command_scope: Callable[[], AbstractContextManager[None]] = nullcontext

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            from .interrupts import end_interrupted  # noqa: PLC0415 - what is interrupted need not wait for it before

            # Click would say "Aborted!" and exit 1, as for anything that went wrong
            ctx.exit(end_interrupted())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named, imported, and open the scope of its call."""
        command = super().resolve_command(ctx, args)
        ctx.with_resource(self.command_scope())
        return command

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


def _require_text(parameter: click.Parameter, context: click.Context) -> None:
    """Raise CommandError for a value of bytes that are no UTF-8.

    Python hands them on as half a surrogate pair, which nothing that is signed or sent can hold. Names of files, which
    may be of any bytes, arrive as a `Path` and are left alone.
    """
    value = context.params.get(parameter.name or "")
    texts = [value]
    if isinstance(value, tuple):
        texts = list(value)
    for text in texts:
        if isinstance(text, str) and any("\ud800" <= letter <= "\udfff" for letter in text):
            hint = parameter.get_error_hint(context)
            # without the value, which may be a secret
            raise CommandError(f"Invalid value for {hint}: the text is not UTF-8", context)


@contextmanager
def shorten_errors(context: click.Context) -> Iterator[None]:
    """Turn what goes wrong inside into one line; errors of ours that nobody expected pass.

    `context` is that of the command whose line is read or which runs: where an option came from the environment, the
    error names the variable.
    """
    try:
        yield
    except click.UsageError as error:
        raise CommandError(describe_usage_error(error, context), context) from error
    except CommandError as error:
        # the innermost command is the one whose options are meant
        error.context = error.context or context
        raise
    except (click.exceptions.Exit, click.Abort, click.ClickException):
        raise
    except Exception as error:
        message = _describe_error(error)
        if message is None:
            raise
        raise CommandError(message, context) from error


def suggest_closest(name: str, known: list[str]) -> str:
    """Return `; did you mean 'tmapi'?` where a known name is near; "" where none is."""
    from lookalike_specs.suggest import suggest  # noqa: PLC0415 - only when something is wrong

    return suggest(name, known)


def _describe_error(error: Exception) -> str | None:
    """Return one line for an error of our own packages, None for any other."""
    if isinstance(error, ImportError):
        return describe_missing_extra(error)
    # Imported here: who only reads the help, or gets Click's own errors, need not wait for the specs and the mock.
    from lookalike_specs import SpecError, UnknownApi, UnknownVariant  # noqa: PLC0415

    if isinstance(error, UnknownVariant):
        return f"--variant: {error}"
    if isinstance(error, SpecError | UnknownApi):
        return str(error)

    from lookalike_mocks.exceptions import AmbiguousRoute  # noqa: PLC0415

    from .situation_patterns import UnknownChoice  # noqa: PLC0415

    if isinstance(error, AmbiguousRoute | UnknownChoice):
        return str(error)
    return None


@contextmanager
def require_judge() -> Iterator[None]:
    """Wrap the import of the judge. Raises CommandError where its libraries are not installed."""
    try:
        yield
    except ImportError as error:
        message = describe_missing_extra(error)
        if message is None:
            raise
        raise CommandError(message) from error
