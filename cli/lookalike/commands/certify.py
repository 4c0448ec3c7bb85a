"""`lookalike certify`: hold a client to what each situation of an API asks of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..click_ext import CommandError, ExtendedCommand, require_judge, suggest_closest
from ..completers import complete_cases, complete_skipped, complete_variants
from ..interrupts import EXIT_INTERRUPTED, InterruptHandler, end_interrupted
from ..open_files import require_open_files
from ..options import SEED_RANGE, FiniteFloatRange, apis_argument, choose_format, json_option, parse_variants
from ..output import echo, echo_line
from ..progress import show_progress
from ..report_files import FILE_TYPE, parse_reports, reports_option, require_writable, write_report
from ..trust import complete_trust, parse_trust

if TYPE_CHECKING:
    from lookalike_contracts.certification.case import ClientCase
    from lookalike_contracts.certification.reports import CertificationReport

    from ..certification.kept_answers import KeptAnswer
    from ..certification.run import Certification, CertificationOptions

MAX_TIMEOUT = 60
# most of a run is waiting for answers that are late by intention
DEFAULT_JOBS = 4
MAX_JOBS = 64
TASK_NAMES = ("search", "search-all", "upload")
FORMAT_NAMES = ("text", "json", "junit", "markdown", "html", "badge", "svg")
MAX_SHARDS = 10_000
MAX_EXAMPLES = 10_000
FOLDER_TYPE = click.Path(file_okay=False, path_type=Path)
# `int` refuses thousands of digits by a traceback
MAX_DIGITS = 9


class CertificationError(CommandError):
    """The client's driver could not be started; exit 3."""

    exit_code = 3


@click.command("certify", cls=ExtendedCommand)
@apis_argument
@click.option("--driver", default="", metavar="CMD", help="The command that runs your driver; no shell reads it.")
@click.option("--client", default="", metavar="MODULE:FUNCTION", help="A function in Python, in place of a driver.")
@click.option("--name", default="", help="What the report calls the client.")
@click.option(
    "--only", multiple=True, metavar="CASE", shell_complete=complete_cases,
    help="Only cases that match, such as `tmapi/4*`. May be repeated.",
)  # fmt: skip
@click.option(
    "--skip", multiple=True, metavar="CASE|CHECK", shell_complete=complete_skipped,
    help="All but these cases or checks. May be repeated.",
)  # fmt: skip
@click.option(
    "--task", "tasks", multiple=True, type=click.Choice(TASK_NAMES),
    help="Only cases of this task. May be repeated. Without it all are asked for.",
)  # fmt: skip
@click.option(
    "--variant", "variants", multiple=True, metavar="KEY=VALUE", shell_complete=complete_variants,
    help="A switch of an API, `api.name=value` or `name=value`. May be repeated.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=SEED_RANGE, help="Another seed, other goods.")
@click.option(
    "--timeout", default=5.0, show_default=True, metavar="S",
    type=FiniteFloatRange(min=0, min_open=True, max=MAX_TIMEOUT),
    help="Seconds that the client has for each task.",
)  # fmt: skip
@click.option(
    "--max-time", default=0.0, metavar="S", type=FiniteFloatRange(0), help="Begin no case after so many seconds."
)
@click.option(
    "--jobs", default=DEFAULT_JOBS, show_default=True, type=click.IntRange(1, MAX_JOBS), metavar="N",
    help="How many cases are played side by side, each with a driver of its own.",
)  # fmt: skip
@click.option(
    "--examples", default=10, show_default=True, type=click.IntRange(0, MAX_EXAMPLES), metavar="N",
    help="How many answers are drawn for `answers:allowed`, and how many for `answers:forbidden`.",
)  # fmt: skip
@click.option(
    "--keep", type=FOLDER_TYPE, metavar="DIR",
    help="Keep answers that break the client, with tests, and play first those that are there.",
)  # fmt: skip
@click.option(
    "--needs", type=FILE_TYPE, metavar="FILE",
    help="Write which fields of an answer the client requires, reads and ignores.",
)  # fmt: skip
@click.option("--shard", default="", metavar="I/N", help="Only this one of N shares of the cases, such as 1/4.")
@click.option(
    "--suite", type=click.IntRange(min=1), metavar="N",
    help="Checks that came later fail nobody. Without it all count.",
)  # fmt: skip
@click.option(
    "--trust", default="documented,measured", show_default=True, metavar="KINDS", shell_complete=complete_trust,
    help="Kinds of provenance whose broken rules fail the client. Other invented rules inform, all others warn.",
)  # fmt: skip
@click.option("--baseline", type=FILE_TYPE, metavar="FILE", help="Findings that are known and accepted until a day.")
@click.option("--write-baseline", type=FILE_TYPE, metavar="FILE", help="Accept what is found now, for 90 days.")
@click.option(
    "--format", "form", type=click.Choice(FORMAT_NAMES), default="text", show_default=True, help="What is printed."
)
@json_option
@reports_option(FORMAT_NAMES)
def command(**options: Any) -> None:
    """Certify a client.

    Puts your client into every situation and fault of the APIs (all, when none is named), each in a sandbox of its own, and
    judges what it sent, what it gave its caller, and what it said. docs/certify.md has the driver's protocol.

    Exit 0: passed, 1: failed, 2: wrong usage, 3: not everything could be judged, 130: interrupted.

    \b
    Examples:
      lookalike certify tmapi --client my_client:search
      lookalike certify tmapi --driver 'node driver.mjs' --only 'tmapi/4*'
      lookalike certify hiobuy --driver ./search.sh --report html=report.html
      lookalike certify --client my_client:search --write-baseline known.json
      lookalike certify --client my_client:search --baseline known.json --suite 1
      lookalike certify --client my_client:search --shard 1/4 --report json=1.json
    """
    options["form"] = choose_format(options["form"], as_json=options.pop("as_json"))
    try:
        code = run_certify(**options)
    except KeyboardInterrupt:
        code = end_interrupted()
    sys.exit(code)


def run_certify(
    *,
    form: str,
    reports: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    needs: Path | None,
    **options: Any,
) -> int:
    """Certify, report, and return the exit code. Raise CommandError."""
    require_open_files("certify")
    files = parse_reports(reports, FORMAT_NAMES)
    if write_baseline:
        require_writable(write_baseline)
    if needs:
        require_writable(needs)
    words = _choose_command(options["driver"], options["client"])
    with require_judge():
        from lookalike_contracts.baseline import encode_baseline  # noqa: PLC0415 - the judge is an extra, and heavy
        from lookalike_contracts.certification.judge import list_client_checks  # noqa: PLC0415
        from lookalike_contracts.certification.reports.assemble import index_case_results  # noqa: PLC0415

        from ..baseline_file import read_accepted_findings  # noqa: PLC0415
        from ..certification.report import RENDERERS  # noqa: PLC0415
        from ..certification.run_report import build_certification_report  # noqa: PLC0415
    accepted = read_accepted_findings(baseline, [check.id for check in list_client_checks()])
    run_options = _build_run_options(words, **options)
    if needs and not any(case.drawn_kind is not None for case in run_options.cases):
        raise CommandError("--needs looks at the answer of `answers:allowed`, which is not among the cases")
    certification = run_certification(run_options)
    with InterruptHandler() as interrupts:
        # what is known is reported; whoever does not want to wait for it interrupts once more
        interrupts.defer()
        report = build_certification_report(run_options, certification, accepted)
        for name, path in files:
            write_report(path, RENDERERS[name](report).encode("utf-8", "backslashreplace"))
        if write_baseline:
            write_report(write_baseline, encode_baseline(index_case_results(certification.results), accepted))
        print_report(report, form)
    if interrupts.was_interrupted:
        return EXIT_INTERRUPTED
    # behind the report, which is there already if somebody interrupts this
    if needs and not certification.is_interrupted:
        write_report(needs, _find_needs(run_options))
    return report.exit_code


def print_report(report: CertificationReport, form: str) -> None:
    """Print a report in a format."""
    from ..certification.report import RENDERERS  # noqa: PLC0415 - `lookalike --help` must not wait for the judge

    text = RENDERERS[form](report).removesuffix("\n")
    if form == "text":
        echo(text)
    else:
        echo_line(text)


def run_certification(options: CertificationOptions) -> Certification:
    """Certify, and return what came of it. Raise CommandError."""
    from ..certification.run import certify  # noqa: PLC0415 - `lookalike --help` must not wait for the judge
    from ..drivers import DriverError  # noqa: PLC0415

    try:
        with show_progress(len(options.cases)) as progress:
            return certify(options, progress)
    except DriverError as error:
        raise CertificationError(str(error)) from error


def _build_run_options(words: tuple[str, ...], **options: Any) -> CertificationOptions:
    """Return what is asked for. Raise CommandError."""
    from lookalike_contracts.certification.registry import CLIENT_CHECKS, CURRENT_SUITE  # noqa: PLC0415 - as above
    from lookalike_contracts.certification.shard import Shard  # noqa: PLC0415
    from lookalike_specs import list_api_ids  # noqa: PLC0415

    from ..certification.run import CertificationOptions  # noqa: PLC0415

    suite = options["suite"] or CURRENT_SUITE
    if suite > CURRENT_SUITE:
        raise CommandError(f"--suite {suite} is not in the range 1 to {CURRENT_SUITE}: this program has no newer one")
    families = {check_id.partition("/")[0] for check_id in CLIENT_CHECKS}
    skipped_checks = tuple(text for text in options["skip"] if text in CLIENT_CHECKS or text in families)
    skipped_cases = tuple(text for text in options["skip"] if text not in skipped_checks)
    shard = Shard(*_parse_shard(options["shard"]))
    apis = options["apis"] or list_api_ids()
    chosen_variants = parse_variants(options["variants"], options["apis"])
    tasks = options["tasks"] or TASK_NAMES
    cases = _select_cases(apis, tasks, options["only"], skipped_cases, chosen_variants, options["seed"])
    return CertificationOptions(
        command=words,
        command_text=options["client"] or options["driver"],
        is_python=bool(options["client"]),
        cases=tuple(case for case in cases if shard.has_case(case.id)),
        planned_ids=tuple(case.id for case in cases),
        name=options["name"],
        seed=options["seed"],
        variants=chosen_variants,
        timeout=options["timeout"],
        max_time=options["max_time"],
        example_count=options["examples"],
        keep_folder=options["keep"],
        kept=_read_kept_answers(options["keep"]),
        trust=parse_trust(options["trust"]),
        skipped_checks=skipped_checks,
        suite=suite,
        jobs=options["jobs"],
    )


def _find_needs(options: CertificationOptions) -> bytes:
    """Return the JSON of what the client needs. Raise CommandError."""
    from ..certification.needs import encode_needs, find_needs  # noqa: PLC0415 - as above
    from ..drivers import DriverError  # noqa: PLC0415

    try:
        return encode_needs(find_needs(options))
    except DriverError as error:
        raise CertificationError(str(error)) from error


def _read_kept_answers(folder: Path | None) -> tuple[KeptAnswer, ...]:
    """Return the answers of a folder. Raise CommandError where it cannot be read or written."""
    from ..certification.kept_answers import UnreadableAnswer, read_kept_answers  # noqa: PLC0415 - as above

    if folder is None:
        return ()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return read_kept_answers(folder)
    except OSError as error:
        raise CommandError(f"--keep {folder}: {error.strerror}") from error
    except UnreadableAnswer as error:
        raise CommandError(str(error)) from error


def _parse_shard(text: str) -> tuple[int, int]:
    """Return the number of a shard and how many there are; 1 of 1 where none is named. Raise CommandError."""
    if not text:
        return 1, 1
    number_text, _, count_text = text.partition("/")
    if not (number_text.isascii() and number_text.isdecimal() and count_text.isascii() and count_text.isdecimal()):
        raise CommandError(f"--shard is I/N, such as 1/4, not {text!r}")
    number = int(number_text[:MAX_DIGITS])
    count = int(count_text[:MAX_DIGITS])
    if not 1 <= number <= count <= MAX_SHARDS:
        raise CommandError(f"--shard {text}: I is in the range 1 to N, and N at most {MAX_SHARDS}")
    return number, count


def _choose_command(driver: str, client: str) -> tuple[str, ...]:
    """Return the words of the command that runs the driver. Raise CommandError."""
    if bool(driver) == bool(client):
        raise CommandError("give the client, such as --client my_client:search, or --driver CMD; one of the two")
    if client:
        module, colon, function = client.partition(":")
        if not (module and colon and function):
            raise CommandError(f"--client is MODULE:FUNCTION, not {client!r}")
        return (sys.executable, "-m", "lookalike.certification.python_client", client)
    try:
        words = tuple(shlex.split(driver))
    except ValueError as error:
        raise CommandError(f"--driver cannot be read: {error}") from error
    if not words:
        raise CommandError("--driver is empty")
    return words


def _select_cases(  # noqa: PLR0913, PLR0917 - each is an option of the command
    apis: tuple[str, ...],
    tasks: tuple[str, ...],
    only: tuple[str, ...],
    skipped: tuple[str, ...],
    variants: Mapping[str, str],
    seed: int,
) -> list[ClientCase]:
    """Return the cases of these APIs and tasks. Raise CommandError where a pattern matches none."""
    from lookalike_specs import load_api  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from ..certification.cases import list_cases  # noqa: PLC0415
    from ..certification.run import is_selected, match_case  # noqa: PLC0415
    from ..certification.variant_cases import list_variant_cases  # noqa: PLC0415

    is_wanted = partial(is_selected, only=only, skipped=())
    cases: list[ClientCase] = []
    for api_id in apis:
        api = load_api(api_id)
        api_cases = [case for case in list_cases(api) if case.task in tasks]
        cases += api_cases
        cases += list_variant_cases(api, api_cases, is_wanted, variants, seed)
    ids = [case.id for case in cases]
    for pattern in (*only, *skipped):
        if not any(match_case(case, pattern) for case in cases):
            raise CommandError(f"no case or check is called {pattern!r}{suggest_closest(pattern, ids)}")
    selected = [case for case in cases if is_selected(case, only, skipped)]
    if not selected:
        raise CommandError("no case is left to be judged")
    return selected
