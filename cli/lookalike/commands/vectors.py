"""`lookalike vectors`: signature vectors for any language, and any implementation held to them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from lookalike_specs.printable_text import break_workflow_commands

from ..click_ext import CommandError, CommandGroup
from ..options import FiniteFloatRange, json_option
from ..output import echo, echo_json

if TYPE_CHECKING:
    from lookalike_specs.vectors import VectorSuite


class VerificationError(CommandError):
    """The driver could not be asked; exit 3."""

    exit_code = 3


def complete_schemes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the schemes that begin so, for the shell."""
    from lookalike_specs.vectors import list_schemes  # noqa: PLC0415 - `lookalike --help` must not wait for it

    return [name for name in list_schemes() if name.startswith(incomplete)]


@click.group("vectors", cls=CommandGroup)
def command() -> None:
    """Signature vectors, for any language.

    Requests that a scheme's signature is right or wrong for, with every stage of signing. APIs with a plain key sign
    nothing and have none.

    \b
    Examples:
      lookalike vectors list
      lookalike vectors show acs3 1
      lookalike vectors verify daji-md5 --driver 'node my_driver.mjs'
    """


@command.command("list")
@click.argument("scheme", required=False, shell_complete=complete_schemes)
@json_option
def list_vectors(scheme: str | None, as_json: bool) -> None:
    """List the schemes, or the vectors of one.

    \b
    Examples:
      lookalike vectors list
      lookalike vectors list acs-rpc --json
    """
    from lookalike_specs.vectors import list_schemes  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from .. import vectors  # noqa: PLC0415

    if scheme is None:
        rows = [vectors.summarize_suite(_load_suite(name)) for name in list_schemes()]
        render = vectors.render_suites_table
    else:
        rows = [vectors.summarize_vector(vector) for _, vector in _load_suite(scheme).cases]
        render = vectors.render_vectors_table
    if as_json:
        echo_json(rows)
    else:
        echo(render(rows))


@command.command("show")
@click.argument("scheme", shell_complete=complete_schemes)
@click.argument("number", metavar="[ID]", required=False, type=click.IntRange(min=1))
@json_option
def show_vector(scheme: str, number: int | None, as_json: bool) -> None:
    """Show one vector in full, or what a scheme's stages and flags mean.

    \b
    Examples:
      lookalike vectors show daji-md5
      lookalike vectors show daji-md5 7
      lookalike vectors show acs3 --json > acs3.json
    """
    import msgspec  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from .. import vectors  # noqa: PLC0415

    suite = _load_suite(scheme)
    if number is None:
        if as_json:
            echo_json(msgspec.to_builtins(suite))
        else:
            echo(vectors.render_suite(suite))
        return
    if number > suite.number_of_tests:
        raise CommandError(f"{scheme} has no vector {number}; the last is {suite.number_of_tests}")
    group, vector = next(case for case in suite.cases if case[1].tc_id == number)
    if as_json:
        head = {name: value for name, value in msgspec.to_builtins(group).items() if name != "tests"}
        echo_json({"scheme": scheme, "group": head, "test": msgspec.to_builtins(vector)})
    else:
        echo(vectors.render_vector(suite, group, vector))


@command.command("verify")
@click.argument("names", nargs=-1, metavar="[SCHEME]...", shell_complete=complete_schemes)
@click.option("--driver", required=True, metavar="CMD", help="The command that runs your driver; no shell reads it.")
@click.option(
    "--timeout",
    type=FiniteFloatRange(min=0, min_open=True, max=3600),
    default=10,
    show_default=True,
    help="Seconds for each answer.",
)
@json_option
def verify_driver(names: tuple[str, ...], driver: str, timeout: float, as_json: bool) -> None:
    """Hold an implementation to the vectors.

    The driver reads tasks from stdin, a JSON object on a line each, and answers each on stdout; docs/vectors.md has the
    protocol. Says which stage of signing first differs, at which byte, and which verdicts are others.

    Exit status: 0 nothing differs, 1 something does, 2 nothing was tested, 3 the driver failed.

    \b
    Examples:
      lookalike vectors verify --driver 'python my_driver.py'
      lookalike vectors verify acs3 acs-rpc --driver ./my-driver --json

    The sources of Lookalike have two drivers to begin with: python_driver.py and node_driver.mjs in examples/drivers.
    """
    from ..drivers import DriverError, ask_driver, compare_response, generate_tasks, report  # noqa: PLC0415 - `lookalike --help` is quick

    # refused before any suite is read: the loading takes longer than the mistake
    words = _split_command(driver)
    tasks = [task for name in _select_schemes(names) for task in generate_tasks(_load_suite(name))]
    try:
        responses = ask_driver(words, tasks, timeout)
    except DriverError as error:
        raise VerificationError(str(error)) from error
    results = [compare_response(task, response) for task, response in zip(tasks, responses, strict=True)]
    if as_json:
        echo_json(report.build_payload(driver, results))
    else:
        echo(break_workflow_commands(report.render_text(results)))
    outcomes = {result.outcome for result in results}
    if "differs" in outcomes:
        raise click.exceptions.Exit(1)
    if "same" not in outcomes:
        raise CommandError("nothing was tested: the driver supports none of it")


def _load_suite(name: str) -> VectorSuite:
    from lookalike_specs.vectors import UnknownVectors, load_suite  # noqa: PLC0415 - `lookalike --help` must not wait for it

    try:
        return load_suite(name)
    except UnknownVectors as error:
        raise CommandError(str(error)) from error


def _select_schemes(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the schemes that are named, each once; all where none is."""
    from lookalike_specs.vectors import list_schemes  # noqa: PLC0415 - `lookalike --help` must not wait for it

    return tuple(dict.fromkeys(names)) or list_schemes()


def _split_command(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandError(f"--driver cannot be read: {error}") from error
    if not words:
        raise CommandError("--driver is empty")
    return words
