"""`lookalike check`: hold a server to the specs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import click

from lookalike_specs.printable_text import clean_line

from ..click_ext import CommandError, ExtendedCommand, require_judge
from ..completers import complete_check_ids, complete_operations, complete_variants
from ..interrupts import EXIT_INTERRUPTED, InterruptHandler, end_interrupted
from ..open_files import require_open_files
from ..options import (
    SEED_RANGE,
    SIZE_RANGE,
    FiniteFloatRange,
    apis_argument,
    choose_format,
    json_option,
    parse_variants,
)
from ..output import echo, echo_line, echo_note, render_table
from ..report_files import FILE_TYPE, parse_reports, reports_option, require_writable, write_report
from ..spec_options import add_specs, import_option, spec_option
from ..trust import complete_trust, parse_trust

STORAGE_VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"
FORMAT_NAMES = ("text", "json", "junit", "sarif", "html", "markdown", "github")
COUNT_RANGE = click.IntRange(1, 10**6)
EXIT_NOTHING_CHECKED = 2
STYLES: dict[str, dict[str, Any]] = {
    "heading": {"bold": True},
    "failed": {"fg": "red", "bold": True},
    "warned": {"fg": "yellow"},
    "noted": {"fg": "cyan"},
    "could not check": {"fg": "magenta"},
    "passed": {"fg": "green"},
    "faint": {"dim": True},
}


@click.command("check", cls=ExtendedCommand)
@apis_argument
@spec_option
@import_option
@click.option("--url", default="", help="The server's base URL. Without it a mock is started and judged.")
@click.option(
    "--credentials", multiple=True, metavar="API.KEY=VALUE",
    help="Who asks, in place of the demo account. May be repeated. LOOKALIKE_<API>_<KEY> says it without being seen.",
)  # fmt: skip
@click.option(
    "--variant", "variants", multiple=True, metavar="KEY=VALUE", shell_complete=complete_variants,
    help="A switch of an API that the server has, `api.name=value` or `name=value`. May be repeated.",
)  # fmt: skip
@click.option(
    "--operation", "operations", multiple=True, metavar="ID", shell_complete=complete_operations,
    help="Only this operation. May be repeated.",
)  # fmt: skip
@click.option(
    "--skip-operation", "skipped_operations", multiple=True, metavar="ID", shell_complete=complete_operations,
    help="All but this operation, as the server does not have it. May be repeated.",
)  # fmt: skip
@click.option(
    "--only", multiple=True, metavar="ID", shell_complete=complete_check_ids,
    help="Only this check, or this family of checks. May be repeated.",
)  # fmt: skip
@click.option(
    "--skip", multiple=True, metavar="ID", shell_complete=complete_check_ids,
    help="All but this check, or this family of checks. May be repeated.",
)  # fmt: skip
@click.option("--live", is_flag=True, help="The server may be a vendor's own, where requests cost money.")
@click.option("--max-requests", type=COUNT_RANGE, metavar="N", help="Send so many requests in all; --live needs it.")
@click.option(
    "--rate", default=0.0, type=FiniteFloatRange(0), metavar="N", help="Send so many requests a second at most."
)
@click.option("--tls-ca", "ca", type=FILE_TYPE, metavar="FILE", help="The CA that signed the server's certificate.")
@click.option("--seed", default=0, show_default=True, type=SEED_RANGE, help="Another seed, other requests.")
@click.option("--size", default=10_000, show_default=True, type=SIZE_RANGE, help="Goods of the mock, without --url.")
@click.option("--max-time", default=0.0, metavar="S", type=FiniteFloatRange(0), help="End after so many seconds.")
@click.option("--max-cases", default=20, show_default=True, type=COUNT_RANGE, help="Requests that one property draws.")
@click.option(
    "--trust", default="documented,measured", show_default=True, metavar="KINDS", shell_complete=complete_trust,
    help="Kinds of provenance whose broken rules are errors. Other invented rules are notes, all others warnings.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Undocumented fields are findings.")
@click.option("--baseline", type=FILE_TYPE, metavar="FILE", help="Findings that are known and accepted until a day.")
@click.option("--write-baseline", type=FILE_TYPE, metavar="FILE", help="Accept what is found now, for 90 days.")
@click.option(
    "--format", "form", type=click.Choice(FORMAT_NAMES), default="text", show_default=True, help="What is printed."
)
@json_option
@click.option(
    "--sarif-at", "sarif_file", default="", metavar="FILE",
    help="The file of your repository that SARIF shows the findings at, in place of the specs.",
)  # fmt: skip
@reports_option(FORMAT_NAMES)
@click.option("--coverage", is_flag=True, help="Print what was asked for and what was seen, after the text.")
def command(**options: Any) -> None:
    """Hold a server to the specs.

    All APIs, when none is named; with --spec only what is named. Exit 0: no errors, 1: errors, 2: wrong usage or
    nothing to check, 3: no errors, but not everything could be checked, 130: interrupted.

    A broken rule that is documented or measured is an error; one that we inferred is a warning, and one that we invented
    a note. --trust moves the line: `--trust documented` takes all else for warnings, but the invented.

    \b
    Examples:
      lookalike check
      lookalike check tmapi --url http://127.0.0.1:8765
      lookalike check tmapi --only paging --seed 7
      lookalike check --spec petstore.yaml --url http://127.0.0.1:8080/api/v3
      lookalike check --report html=report.html --report junit=report.xml
      lookalike check --write-baseline known.json
      lookalike check --baseline known.json
      lookalike check tmapi --trust documented,measured,inferred
    """
    try:
        options["apis"] = add_specs(options["apis"], options.pop("specs"))
        options["form"] = choose_format(options["form"], as_json=options.pop("as_json"))
        with _keep_hypothesis_storage():
            code = run_check(**options)
    except KeyboardInterrupt:
        code = end_interrupted()
    sys.exit(code)


def run_check(
    *,
    form: str,
    reports: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    coverage: bool,
    **options: Any,
) -> int:
    """Judge, report, and return the exit code. Raises CommandError."""
    require_open_files("check")
    files = parse_reports(reports, FORMAT_NAMES)
    if write_baseline:
        require_writable(write_baseline)
    with require_judge():
        from lookalike_contracts.reports import FORMATS as RENDERERS  # noqa: PLC0415 - the judge is an extra, and heavy
        from lookalike_contracts.reports import (  # noqa: PLC0415
            build_coverage_table,
            list_missing_errors,
            render_text,
        )

        from .. import check_run  # noqa: PLC0415
    accepted = check_run.read_baseline(baseline)
    options["variants"] = parse_variants(options["variants"], options["apis"])
    options["trust"] = parse_trust(options["trust"])
    with InterruptHandler() as interrupts:
        run = check_run.run_checks(check_run.CheckOptions(**options), interrupts.defer)
        report = check_run.build_report(run, accepted)
        for name, path in files:
            write_report(path, RENDERERS[name](report).encode("utf-8", "backslashreplace"))
        if write_baseline:
            write_report(write_baseline, check_run.build_baseline(run, accepted))
        if form == "text":
            echo(render_text(report, _paint).removesuffix("\n"))
        else:
            echo_line(RENDERERS[form](report).removesuffix("\n"))
        for failure in run.cleanup_failures:
            echo_note(f"Left behind: {failure}")
        if coverage:
            echo("\n" + render_table(build_coverage_table(report)))
            for line in list_missing_errors(report):
                echo(clean_line(line))
    if report.exit_code == EXIT_NOTHING_CHECKED:
        raise CommandError("nothing was checked: no check that was chosen applies here")
    if interrupts.was_interrupted:
        return EXIT_INTERRUPTED
    return report.exit_code


@contextmanager
def _keep_hypothesis_storage() -> Iterator[None]:
    """Let Hypothesis keep its tables where it finds them again, and not in the current folder."""
    if STORAGE_VARIABLE in os.environ:
        yield
        return
    os.environ[STORAGE_VARIABLE] = str(Path(_choose_cache_folder(), "lookalike", "hypothesis"))
    try:
        yield
    finally:
        del os.environ[STORAGE_VARIABLE]


def _choose_cache_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    if cache:
        return Path(cache)
    try:
        return Path("~", ".cache").expanduser()
    except RuntimeError:
        # a container's user may have neither HOME nor a line in /etc/passwd
        return Path(gettempdir())


def _paint(role: str, text: str) -> str:
    return click.style(text, **STYLES.get(role, {}))
