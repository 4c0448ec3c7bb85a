"""`lookalike vectors`: signature vectors for any language, and any implementation held to them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from ..group import Commands, Problem, nearest
from ..parameters import Number, as_json
from ..text import echo, echo_json

if TYPE_CHECKING:
    from lookalike_specs.vectors import Suite


class Unchecked(click.ClickException):
    """The driver could not be asked; exit 3."""

    exit_code = 3


def schemes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the schemes that begin so."""
    from lookalike_specs.vectors import names  # noqa: PLC0415 - `lookalike --help` must not wait for it

    return [name for name in names() if name.startswith(incomplete)]


@click.group("vectors", cls=Commands)
def command() -> None:
    """Signature vectors, for any language.

    Requests that a scheme's signature is right or wrong for, with every stage of signing. APIs with a plain key sign
    nothing and have none.

    \b
    Examples:
      lookalike vectors list
      lookalike vectors show acs3 1
      lookalike vectors verify daji-md5 --driver 'node examples/drivers/node_driver.mjs'
    """


@command.command("list")
@click.argument("scheme", required=False, shell_complete=schemes)
@as_json
def list_(scheme: str | None, as_json: bool) -> None:
    """List the schemes, or the vectors of one.

    \b
    Examples:
      lookalike vectors list
      lookalike vectors list acs-rpc --json
    """
    from lookalike_specs.vectors import names  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from .. import vectors  # noqa: PLC0415

    if scheme is None:
        rows, shown = [vectors.summary(_load(name)) for name in names()], vectors.schemes
    else:
        rows, shown = [vectors.row(vector) for _, vector in _load(scheme).cases], vectors.vectors
    echo_json(rows) if as_json else echo(shown(rows))


@command.command("show")
@click.argument("scheme", shell_complete=schemes)
@click.argument("id", required=False, type=click.IntRange(min=1))
@as_json
def show(scheme: str, id: int | None, as_json: bool) -> None:
    """Show one vector in full, or what a scheme's stages and flags mean.

    \b
    Examples:
      lookalike vectors show daji-md5
      lookalike vectors show daji-md5 7
      lookalike vectors show acs3 --json > acs3.json
    """
    import msgspec  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from .. import vectors  # noqa: PLC0415

    suite = _load(scheme)
    if id is None:
        echo_json(msgspec.to_builtins(suite)) if as_json else echo(vectors.about(suite))
        return
    if id > suite.number_of_tests:
        raise Problem(f"{scheme} has no vector {id}; the last is {suite.number_of_tests}")
    group, vector = next(pair for pair in suite.cases if pair[1].tc_id == id)
    if as_json:
        head = {name: value for name, value in msgspec.to_builtins(group).items() if name != "tests"}
        echo_json({"scheme": scheme, "group": head, "test": msgspec.to_builtins(vector)})
        return
    echo(vectors.whole(suite, group, vector))


@command.command("verify")
@click.argument("names", nargs=-1, metavar="[SCHEME]...", shell_complete=schemes)
@click.option("--driver", required=True, metavar="CMD", help="The command that runs your driver; no shell reads it.")
@click.option(
    "--timeout",
    type=Number(min=0, min_open=True, max=3600),
    default=10,
    show_default=True,
    help="Seconds for each answer.",
)
@as_json
def verify(names: tuple[str, ...], driver: str, timeout: float, as_json: bool) -> None:
    """Hold an implementation to the vectors.

    The driver reads tasks from stdin, a JSON object on a line each, and answers each on stdout; docs/vectors.md has the
    protocol. Says which stage of signing first differs, at which byte, and which verdicts are others.

    Exit status: 0 nothing differs, 1 something does, 2 nothing was tested, 3 the driver failed.

    \b
    Examples:
      lookalike vectors verify --driver 'python examples/drivers/python_driver.py'
      lookalike vectors verify acs3 acs-rpc --driver ./my-driver --json
    """
    from ..drivers import Driver, DriverFailed, judge, report, tasks  # noqa: PLC0415 - `lookalike --help` is quick

    words = _words(driver)
    asked = [task for name in _chosen(names) for task in tasks(_load(name))]
    try:
        with Driver(words, timeout) as running:
            findings = [judge(task, running.ask(task)) for task in asked]
    except DriverFailed as failed:
        raise Unchecked(str(failed)) from failed
    echo_json(report.as_json(driver, findings)) if as_json else echo(report.text(findings))
    outcomes = {found.outcome for found in findings}
    if "differs" in outcomes:
        raise click.exceptions.Exit(1)
    if "same" not in outcomes:
        raise Problem("nothing was tested: the driver supports none of it")


def _load(name: str) -> Suite:
    from lookalike_specs.vectors import UnknownVectors, load  # noqa: PLC0415 - `lookalike --help` must not wait for it

    try:
        return load(name)
    except UnknownVectors as unknown:
        raise Problem(f"{unknown}{nearest(name, list(unknown.known))}") from unknown


def _chosen(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those named, each once; all where none is."""
    from lookalike_specs.vectors import names as known  # noqa: PLC0415 - `lookalike --help` must not wait for it

    return tuple(dict.fromkeys(names)) or known()


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as wrong:
        raise Problem(f"--driver cannot be read: {wrong}") from wrong
    if not words:
        raise Problem("--driver is empty")
    return words
