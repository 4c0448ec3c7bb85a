"""The control token of `lookalike serve`: a random one, or that of a file or of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from .click_ext import CommandError

Command = TypeVar("Command", bound=Callable[..., Any])
VARIABLE = "LOOKALIKE_CONTROL_TOKEN"
# what may stand in a header, as it is in every encoding of it; too long to be guessed
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")
MAX_TOKEN_BYTES = 4096


def control_options(command: Command) -> Command:
    """Add the options --control-token-file and --allow-host."""
    file = click.option(
        "--control-token-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
        help=f"The control API's token; without FILE and {VARIABLE} it is a random one.",
    )  # fmt: skip
    host = click.option(
        "--allow-host", "allowed_hosts", multiple=True, metavar="NAME",
        help="One more host name by which the control API may be asked. May be repeated.",
    )  # fmt: skip
    return file(host(command))


def read_token(path: Path | None) -> str:
    """Return the token of the file, else of the environment; "" for none. Raises CommandError."""
    if path is None:
        text = os.environ.get(VARIABLE, "")
        where = VARIABLE
    else:
        text = _read_file(path)
        where = str(path)
    token = text.strip()
    if (token or path is not None) and not TOKEN_PATTERN.fullmatch(token):
        raise CommandError(f"the token of {where} is not 16 to 512 letters, digits and -._~+/=")
    return token


def render_control_line(url: str, token: str, *, random: bool) -> str:
    """Return a line that says where the control API is; a token that the caller gave is not printed."""
    shown = "as given"
    if random:
        shown = token
    return f"control API  {url}/_lookalike/  token {shown}"


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_TOKEN_BYTES).decode("utf-8-sig", "replace")
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
