"""What `lookalike serve` writes to stdout: its first words, and the request log, as columns or as JSON lines."""

from __future__ import annotations

import errno
import sys

import click

from lookalike_mocks import Mock
from lookalike_mocks.log_format import create_json_format, create_text_format
from lookalike_mocks.request_log import LineWriter, RequestLog

from .click_ext import CommandError
from .output import is_stdout_colored

# so long the start waits for a reader of the first words
READER_SECONDS = 1.0


def create_writer() -> LineWriter | None:
    """Return what writes to stdout without holding up anybody; None where stdout is closed, or no file at all."""
    try:
        descriptor = sys.stdout.fileno()
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        return None
    return LineWriter(descriptor, sys.stdout.encoding or "utf-8")


def create_request_log(mock: Mock, writer: LineWriter, *, as_json: bool) -> RequestLog:
    """Return what writes a line for each request."""
    if as_json:
        return RequestLog(create_json_format(mock), writer)
    return RequestLog(create_text_format(mock, is_colored=is_stdout_colored()), writer)


def print_first_words(text: str, writer: LineWriter | None, url: str) -> None:
    """Print what a server says of itself when it listens. Raises CommandError where stdout takes nothing, as a full disk.

    A reader that does not read, or that has left, is no reason to end: the server may be wanted all the same.
    """
    if not is_stdout_colored():
        text = click.unstyle(text)
    if writer is None:
        click.echo(text, nl=False)
        return
    try:
        is_read = writer.write_text(text, READER_SECONDS)
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise CommandError(f"cannot write to stdout: {error.strerror}") from error
        click.echo(f"Warning: nobody reads stdout any more; serving on {url}", err=True)
        return
    if not is_read:
        click.echo(f"Warning: nobody reads stdout; serving on {url} all the same", err=True)
