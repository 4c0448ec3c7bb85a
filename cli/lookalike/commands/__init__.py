"""The commands, one module each."""

from __future__ import annotations

from typing import Final

import click

from .apis import command as apis
from .check import command as check
from .completion import command as completion
from .explain import command as explain
from .image import command as picture
from .serve import command as serve
from .sign import command as sign
from .situations import command as situations
from .spec import command as spec
from .vectors import command as vectors

COMMANDS: Final[tuple[click.Command, ...]] = (
    serve,
    apis,
    situations,
    sign,
    check,
    explain,
    vectors,
    spec,
    picture,
    completion,
)

__all__ = ["COMMANDS"]
