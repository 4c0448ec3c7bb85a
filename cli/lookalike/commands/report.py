"""`lookalike report`: reports of certifications, joined into one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..click_ext import CommandError, CommandGroup, require_judge
from ..completers import complete_files
from ..options import choose_format, json_option
from ..report_files import parse_reports, reports_option, write_report
from .certify import FORMAT_NAMES, print_report

# a report of a hundred clients has 20 MB; beyond this it is no report, but a file that was mistaken for one
MAX_FILE_BYTES = 256 * 1024 * 1024


@click.group("report", cls=CommandGroup)
def command() -> None:
    """Join reports of certifications.

    \b
    Examples:
      lookalike report merge 1.json 2.json 3.json
      lookalike report merge *.json --report html=matrix.html
    """


@command.command("merge")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(dir_okay=False, path_type=Path),
    shell_complete=complete_files,
)
@click.option(
    "--format", "form", type=click.Choice(FORMAT_NAMES), default="text", show_default=True, help="What is printed."
)
@json_option
@reports_option(FORMAT_NAMES)
def merge_files(files: tuple[Path, ...], form: str, as_json: bool, reports: tuple[str, ...]) -> None:
    """Join reports of clients and of shards.

    Takes what `lookalike certify --format json` wrote, in any order, and makes one report of it, in any format. Suite,
    seed, trust, variants and the version of Lookalike have to be the same in all of them.

    Exit 0: passed, 1: failed, 2: wrong usage, 3: not everything was judged, or a shard is missing.

    \b
    Examples:
      lookalike report merge 1.json 2.json 3.json
      lookalike report merge httpx.json node.json --report html=matrix.html
      lookalike report merge shards/*.json --format markdown >> "$GITHUB_STEP_SUMMARY"
    """
    form = choose_format(form, as_json=as_json)
    report_files = parse_reports(reports, FORMAT_NAMES)
    with require_judge():
        from lookalike_contracts.certification.reports import BadReport, decode_report, merge_reports  # noqa: PLC0415 - the judge is an extra, and heavy

        from ..certification.report import RENDERERS  # noqa: PLC0415
    try:
        merged = merge_reports([(str(file), decode_report(str(file), _read_file(file))) for file in files])
    except BadReport as error:
        raise CommandError(str(error)) from error
    for name, path in report_files:
        write_report(path, RENDERERS[name](merged).encode("utf-8", "backslashreplace"))
    print_report(merged, form)
    sys.exit(merged.exit_code)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise CommandError(f"cannot read {path}: it has more than {MAX_FILE_BYTES // 1024**2} MB, as no report has")
    return data
