"""`lookalike image`: what a product of the catalogue looks like."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.catalogue.image import PRODUCT_NUMBER_LIMIT, identify_by_url

from ..click_ext import CommandError, ExtendedCommand
from ..options import SIZE_RANGE
from ..output import write_bytes


@click.command("image", cls=ExtendedCommand)
@click.argument("which", metavar="INDEX|URL")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="File to write.")
@click.option(
    "--size", default=10_000, show_default=True, type=SIZE_RANGE, help="Goods in the catalogue, as `serve` has them."
)
def command(which: str, output: Path | None, size: int) -> None:
    """Write a product's image.

    A JPEG of 800 by 800, by the product's index or by the image's URL in an answer. Goes to stdout unless that is a
    terminal. Search by the same image, and the product is the first hit.

    \b
    Examples:
      lookalike image 7 -o seven.jpg
      lookalike image 7 | base64 -w 0
    """
    index = _parse_index(which)
    if index >= size:
        raise CommandError(
            f"there is no product {index}: a catalogue of {size} goods has 0 to {size - 1}; --size makes it larger"
        )
    if output is not None:
        try:
            output.write_bytes(render_jpeg(index))
        except OSError as error:
            raise CommandError(f"cannot write {output}: {error.strerror}") from error
        return
    if sys.stdout.isatty():
        raise CommandError("a JPEG is not for a terminal; pipe it, or name a file with -o")
    write_bytes(render_jpeg(index))


def _parse_index(which: str) -> int:
    # The length is looked at first: int() of a million digits would take a minute.
    if which.isascii() and which.isdigit() and len(which) < len(str(PRODUCT_NUMBER_LIMIT)):
        return int(which)
    index = identify_by_url(which).product_index
    if index is None:
        raise CommandError(f"{which!r} is neither an index nor the URL of a catalogue image")
    return index
