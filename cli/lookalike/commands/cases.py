"""`lookalike cases`: raw answers and what must come of them, for unit tests in any language."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike_specs import list_api_ids

from ..click_ext import CommandError, ExtendedCommand, require_judge
from ..completers import complete_variants
from ..options import SEED_RANGE, apis_argument, parse_variants
from ..output import echo


@click.command("cases", cls=ExtendedCommand)
@apis_argument
@click.option(
    "-o", "--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Where to write the files, such as DIR/tmapi/439.json.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=SEED_RANGE, help="Another seed, other goods.")
@click.option(
    "--variant", "variants", multiple=True, metavar="KEY=VALUE", shell_complete=complete_variants,
    help="A switch of an API, `api.name=value` or `name=value`. May be repeated.",
)  # fmt: skip
def command(apis: tuple[str, ...], folder: Path, seed: int, variants: tuple[str, ...]) -> None:
    """Write answers and what must come of them.

    Cases for unit tests: a file for each answer of the APIs (all, when none is named), with status, headers and body as
    they come, and what a client has to make of them, items and total or the kind of error. case.schema.json beside them is
    their JSON Schema. The same seed writes the same bytes. Cut and late answers are no files; `lookalike certify` has them.

    \b
    Examples:
      lookalike cases tmapi --out tests/cases
      lookalike cases --out cases --seed 7
    """
    chosen = parse_variants(variants, apis)
    with require_judge():
        from ..certification.case_files import create_case_mock, write_case_files  # noqa: PLC0415 - the judge is an extra, and heavy
    selected = tuple(dict.fromkeys(apis or list_api_ids()))
    mock = create_case_mock(selected, seed, chosen)
    for api in selected:
        try:
            count = write_case_files(mock, api, folder)
        except OSError as error:
            raise CommandError(f"cannot write {error.filename or folder}: {error.strerror}") from error
        echo(f"{folder / api}: {count} cases")
