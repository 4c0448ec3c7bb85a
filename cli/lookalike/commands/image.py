"""`lookalike picture`: what a product of the catalogue looks like."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..click_ext import CommandError


@click.command("picture")
@click.argument("which", metavar="INDEX|URL")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def command(which: str, output: Path | None) -> None:
    """Write a product's picture.

    A JPEG of 800 by 800, by the product's index or by the picture's URL in an answer. Goes to stdout unless that is a
    terminal. Search by the same picture, and the product is the first hit.

    \b
    Examples:
      lookalike picture 7 -o seven.jpg
      lookalike picture 7 | base64 -w 0
    """
    from lookalike_mocks.catalogue.image import render_jpeg  # noqa: PLC0415 - `lookalike --help` must not wait for it

    index = _parse_index(which)
    if output is not None:
        try:
            output.write_bytes(render_jpeg(index))
        except OSError as refused:
            raise CommandError(f"cannot write {output}: {refused.strerror}") from refused
        return
    if sys.stdout.isatty():
        raise CommandError("a JPEG is not for a terminal; pipe it, or name a file with -o")
    sys.stdout.buffer.write(render_jpeg(index))


def _parse_index(which: str) -> int:
    from lookalike_mocks.catalogue.image import PRODUCT_NUMBER_LIMIT, identify_by_url  # noqa: PLC0415 - `lookalike --help` must not wait

    if which.isascii() and which.isdigit() and len(which) < len(str(PRODUCT_NUMBER_LIMIT)):
        return int(which)
    found = identify_by_url(which).product_index
    if found is None:
        raise CommandError(f"{which!r} is neither an index nor the URL of a catalogue picture")
    return found
