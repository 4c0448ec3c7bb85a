"""`lookalike exec`: any command against a sandbox, and whether what it sent was right."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, get_args

import click
from click.shell_completion import CompletionItem

from ..click_ext import CommandError, ExtendedCommand, require_judge, suggest_closest
from ..completers import complete_api_ids, complete_files, complete_variants
from ..open_files import require_open_files
from ..options import SEED_RANGE, parse_variants
from ..report_files import parse_reports, reports_option, write_report
from ..spec_options import add_specs, import_option, spec_option
from ..trust import complete_trust, parse_trust

if TYPE_CHECKING:
    from lookalike_mocks.weather import WeatherKind

    from ..execution.run import Execution, ExecutionOptions

SEPARATOR: Final = "--"
# where Click's context keeps the words behind the separator
WORDS_KEY: Final = "lookalike.exec"
# and whether there was one, as a shell completes a line that is not whole
SEPARATOR_KEY: Final = "lookalike.exec.separator"
# of --require; `traffic.ASPECTS` is the same list, and the judge behind it is slow to import
# of `lookalike_mocks.weather`, which is as slow to import
WEATHER_KINDS: Final = ("calm", "mild", "rough")
REPORT_FORMATS: Final = ("json",)
REQUIRED_KINDS: Final = ("operations", "parameters", "situations", "errors", "nulls", "absences")


class CommandNotFound(CommandError):
    """There is no such command."""

    exit_code = 127


class CommandNotRunnable(CommandError):
    """The file of the command is no program."""

    exit_code = 126


class CommandLine(ExtendedCommand):
    """Click's command, which leaves the words behind `--` alone: they are another command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words: list[str] = []
        ctx.meta[SEPARATOR_KEY] = SEPARATOR in args
        if SEPARATOR in args:
            index = args.index(SEPARATOR)
            words = args[index + 1 :]
            args = args[:index]
        ctx.meta[WORDS_KEY] = tuple(words)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), SEPARATOR, "CMD..."]


def complete_words(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str] | list[CompletionItem]:
    """Return the APIs that begin so; behind `--`, what asks the shell for the files that do."""
    if context.meta.get(SEPARATOR_KEY):
        return complete_files(context, parameter, incomplete)
    return complete_api_ids(context, parameter, incomplete)


def complete_complaints(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return every kind of complaint that begins so, for the shell; none without the judge."""
    try:
        return [kind for kind in _list_complaint_kinds() if kind.startswith(incomplete)]
    except CommandError:
        return []


def _list_complaint_kinds() -> tuple[str, ...]:
    with require_judge():
        from lookalike_contracts.clients.violation import RequestViolationKind  # noqa: PLC0415 - the judge is an extra
    return get_args(RequestViolationKind)


def complete_requirements(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return every `KIND=` that begins so, for the shell."""
    return [f"{kind}=" for kind in REQUIRED_KINDS if kind.startswith(incomplete)]


@click.command("exec", cls=CommandLine)
@click.argument("apis", nargs=-1, metavar="[API]...", shell_complete=complete_words)
@spec_option
@import_option
@click.option(
    "--require", "requirements", multiple=True, metavar="KIND=N[%]", shell_complete=complete_requirements,
    help=f"Exit 3 where less was met; KIND is one of {', '.join(REQUIRED_KINDS)}. May be repeated.",
)  # fmt: skip
@click.option(
    "--skip", "skipped_kinds", multiple=True, metavar="KIND", shell_complete=complete_complaints,
    help="Complain of no such thing, as `credential` where a test sends a wrong key on purpose. May be repeated.",
)  # fmt: skip
@click.option(
    "--weather", type=click.Choice(WEATHER_KINDS), default=WEATHER_KINDS[0], show_default=True,
    help="By chance let answers be late, in error, or changed as the document allows.",
)  # fmt: skip
@click.option(
    "--intercept", "intercepts", is_flag=True,
    help="Let the vendors' own host names lead to the sandbox, for clients that have them built in.",
)  # fmt: skip
@click.option(
    "--weak", "is_weak", is_flag=True,
    help="With --intercept: by proxy variables alone, even where a network of its own can be made.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=SEED_RANGE, help="Another seed, other goods and weather.")
@click.option(
    "--variant", "variants", multiple=True, metavar="KEY=VALUE", shell_complete=complete_variants,
    help="A switch of an API, `api.name=value` or `name=value`. May be repeated.",
)  # fmt: skip
@click.option(
    "--trust", default="documented,measured", show_default=True, metavar="KINDS", shell_complete=complete_trust,
    help="Kinds of provenance whose broken rules are errors. Other invented rules are notes, all others warnings.",
)  # fmt: skip
@reports_option(REPORT_FORMATS)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stderr, in place of the table.")
@click.pass_context
def command(context: click.Context, /, *, as_json: bool, reports: tuple[str, ...], **options: Any) -> None:
    """Run a command against a sandbox.

    Serves the APIs (all, when none is named) on a free port of loopback for as long as CMD runs. The variables
    LOOKALIKE_BASE_URL, LOOKALIKE_TMAPI_URL, LOOKALIKE_TMAPI_APITOKEN and their like say where, and with which keys. Then
    what was sent is judged, and a table on stderr shows what was met. docs/exec.md has all of it.

    Exit: CMD's own status where it failed; else 1 where what it sent was wrong, 3 where nothing was sent or less was met
    than --require says, 0. Wrong usage is 2, a command that cannot be started 126 or 127.

    \b
    Examples:
      lookalike exec -- pytest
      lookalike exec tmapi -- node --test
      lookalike exec tmapi --weather rough --seed 7 -- pytest
      lookalike exec tmapi --require situations=80% --report json=met.json -- pytest -x
    """
    words = context.meta[WORDS_KEY]
    if not words:
        raise CommandError("the command is missing; it stands behind --, such as `lookalike exec tmapi -- pytest`")
    require_open_files("exec")
    files = parse_reports(reports, REPORT_FORMATS)
    execution = run_command(_read_options(words, **options))
    from ..execution import report  # noqa: PLC0415 - `lookalike --help` must not wait for the judge

    for _, path in files:
        write_report(path, f"{report.render_payload(execution)}\n".encode())
    text = report.render_text(execution)
    if as_json:
        text = report.render_payload(execution)
    click.echo(text, err=True)
    sys.exit(execution.exit_code)


def _read_options(  # noqa: PLR0913 - the options of the command
    words: tuple[str, ...],
    *,
    apis: tuple[str, ...],
    specs: tuple[str, ...],
    requirements: tuple[str, ...],
    skipped_kinds: tuple[str, ...],
    weather: WeatherKind,
    intercepts: bool,
    is_weak: bool,
    seed: int,
    variants: tuple[str, ...],
    trust: str,
) -> ExecutionOptions:
    """Return what the options of the command line ask for. Raise CommandError."""
    with require_judge():
        from ..execution.requirements import parse_requirements  # noqa: PLC0415 - the judge is an extra, and heavy
        from ..execution.run import ExecutionOptions  # noqa: PLC0415

    if is_weak and not intercepts:
        raise CommandError("--weak is a way to intercept; it needs --intercept")
    known_kinds = _list_complaint_kinds()
    for kind in skipped_kinds:
        if kind not in known_kinds:
            hint = suggest_closest(kind, list(known_kinds))
            raise CommandError(f"--skip: {kind!r} is not one of {', '.join(known_kinds)}{hint}")
    apis = add_specs(apis, specs)
    return ExecutionOptions(
        apis=apis,
        command=words,
        seed=seed,
        skipped_kinds=skipped_kinds,
        weather=weather,
        intercepts=intercepts,
        is_weak=is_weak,
        variants=parse_variants(variants, apis),
        requirements=parse_requirements(requirements),
        trust=parse_trust(trust),
    )


def run_command(options: ExecutionOptions) -> Execution:
    """Run the command and judge it. Raise CommandError where it cannot be started."""
    from lookalike_mocks.adapters.server import IS_WINDOWS  # noqa: PLC0415

    from ..execution.run import execute  # noqa: PLC0415 - the judge is an extra, and heavy

    name = options.command[0]
    if options.intercepts and IS_WINDOWS:
        # The listener looks at a connection's first byte by `add_reader`, which asyncio's loop there does not have.
        raise CommandError("--intercept does not work on Windows; the variables do, such as LOOKALIKE_BASE_URL")
    try:
        return execute(options)
    except ImportError as error:
        raise CommandError(str(error)) from error
    except FileNotFoundError as error:
        raise CommandNotFound(f"{name}: no such command; is it on PATH?") from error
    except OSError as error:
        raise CommandNotRunnable(f"{name} cannot be run: {error.strerror}") from error
