"""A group of commands whose errors are one line each, and exit 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click


class CommandError(click.ClickException):
    """What the caller can put right; printed as `Error: …` on stderr, exit 2."""

    exit_code = 2


class CommandGroup(click.Group):
    """Click's group without its usage lines, and with what our own packages raise told in one line."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the group's own options."""
        with shorten_errors():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the command's options and run it."""
        with shorten_errors():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named; one that does not exist is told with the nearest that does."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise CommandError(f"no command {args[0]!r}{suggest_closest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


@contextmanager
def shorten_errors() -> Iterator[None]:
    """Turn what goes wrong inside into one line; errors of ours that nobody expected pass."""
    try:
        yield
    except click.UsageError as wrong:
        wrong.ctx = None  # without a context click prints no usage lines
        raise
    except (click.exceptions.Exit, click.Abort, click.ClickException):
        raise
    except Exception as wrong:
        if (told := _describe_error(wrong)) is None:
            raise
        raise CommandError(told) from wrong


def suggest_closest(name: str, known: list[str]) -> str:
    """Return `; did you mean 'tmapi'?` where a known name is near; "" where none is."""
    from lookalike_specs.suggest import suggest  # noqa: PLC0415 - only when something is wrong

    return suggest(name, known)


def _describe_error(wrong: Exception) -> str | None:
    """One line for an error of our own packages; None for any other."""
    from lookalike_specs import SpecError, UnknownApi, UnknownVariant  # noqa: PLC0415 - only when something is wrong

    if isinstance(wrong, SpecError | UnknownApi | UnknownVariant):
        return str(wrong)

    from lookalike_mocks.exceptions import AmbiguousRoute  # noqa: PLC0415 - imports the whole mock

    return str(wrong) if isinstance(wrong, AmbiguousRoute) else None


JUDGE_LIBRARIES = frozenset(("hypothesis", "jsonschema", "jsonschema_path", "openapi_core", "schemathesis"))


@contextmanager
def require_judge() -> Iterator[None]:
    """For the block that imports the judge. Raises Problem where its libraries are not installed."""
    try:
        yield
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in JUDGE_LIBRARIES:
            raise
        raise CommandError('the judge needs an extra: pip install "lookalike[contracts]"') from missing
