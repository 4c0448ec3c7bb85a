"""`lookalike certify`: hold a client to what each situation of an API asks of it."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from ..click_ext import CommandError, ExtendedCommand, require_judge, suggest_closest
from ..completers import complete_variants
from ..interrupts import end_interrupted
from ..options import SEED_RANGE, FiniteFloatRange, apis_argument, choose_format, json_option, parse_variants
from ..output import echo, echo_json
from ..progress import show_progress
from ..trust import complete_trust, parse_trust

if TYPE_CHECKING:
    from lookalike_contracts.certification.case import ClientCase

    from ..certification.run import Certification

MAX_TIMEOUT = 60


class CertificationError(CommandError):
    """The client's driver could not be started; exit 3."""

    exit_code = 3


@click.command("certify", cls=ExtendedCommand)
@apis_argument
@click.option("--driver", default="", metavar="CMD", help="The command that runs your driver; no shell reads it.")
@click.option("--client", default="", metavar="MODULE:FUNCTION", help="A function in Python, in place of a driver.")
@click.option("--name", default="", help="What the report calls the client.")
@click.option(
    "--only", multiple=True, metavar="CASE", help="Only cases that match, such as `tmapi/4*`. May be repeated."
)
@click.option("--skip", multiple=True, metavar="CASE|CHECK", help="All but these cases or checks. May be repeated.")
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
    "--trust", default="documented,measured", show_default=True, metavar="KINDS", shell_complete=complete_trust,
    help="Kinds of provenance whose broken rules fail the client. Other invented rules inform, all others warn.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="What is printed."
)
@json_option
def command(  # noqa: PLR0913, PLR0917 - each is an option of its own
    apis: tuple[str, ...],
    driver: str,
    client: str,
    name: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    variants: tuple[str, ...],
    seed: int,
    timeout: float,
    max_time: float,
    trust: str,
    form: str,
    as_json: bool,
) -> None:
    """Certify a client.

    Puts your client into every situation and fault of the APIs (all, when none is named), each in a sandbox of its own, and
    judges what it sent, what it gave its caller, and what it said. docs/certify.md has the driver's protocol.

    Exit 0: passed, 1: failed, 2: wrong usage, 3: not everything could be judged, 130: interrupted.

    \b
    Examples:
      lookalike certify tmapi --client my_client:search
      lookalike certify tmapi --driver 'node driver.mjs' --only 'tmapi/4*'
      lookalike certify hiobuy --driver ./search.sh --json
    """
    form = choose_format(form, as_json=as_json)
    words = _choose_command(driver, client)
    try:
        certification = run_certification(apis, words, name, only, skip, variants, seed, timeout, max_time, trust)
    except KeyboardInterrupt:
        sys.exit(end_interrupted())
    from ..certification import report  # noqa: PLC0415 - `lookalike --help` must not wait for the judge

    if form == "json":
        echo_json(report.build_payload(certification))
    else:
        echo(report.render_text(certification))
    sys.exit(report.compute_exit_code(certification))


def run_certification(  # noqa: PLR0913, PLR0917 - the options of the command
    apis: tuple[str, ...],
    words: tuple[str, ...],
    name: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    variants: tuple[str, ...],
    seed: int,
    timeout: float,
    max_time: float,
    trust: str,
) -> Certification:
    """Certify, and return what came of it. Raise CommandError."""
    with require_judge():
        from lookalike_contracts.certification.registry import CLIENT_CHECKS  # noqa: PLC0415 - the judge is an extra, and heavy
        from lookalike_specs import list_api_ids  # noqa: PLC0415

        from ..certification.run import CertificationOptions, certify  # noqa: PLC0415
        from ..drivers import DriverError  # noqa: PLC0415
    families = {check_id.partition("/")[0] for check_id in CLIENT_CHECKS}
    skipped_checks = tuple(text for text in skip if text in CLIENT_CHECKS or text in families)
    skipped_cases = tuple(text for text in skip if text not in skipped_checks)
    cases = _select_cases(apis or list_api_ids(), only, skipped_cases)
    options = CertificationOptions(
        command=words,
        cases=tuple(cases),
        name=name,
        seed=seed,
        variants=parse_variants(variants, apis),
        timeout=timeout,
        max_time=max_time,
        trust=parse_trust(trust),
        skipped_checks=skipped_checks,
    )
    try:
        with show_progress(len(cases)) as progress:
            return certify(options, progress)
    except DriverError as error:
        raise CertificationError(str(error)) from error


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


def _select_cases(apis: tuple[str, ...], only: tuple[str, ...], skipped: tuple[str, ...]) -> list[ClientCase]:
    """Return the cases of these APIs. Raise CommandError where a pattern matches none."""
    from lookalike_specs import load_api  # noqa: PLC0415 - `lookalike --help` must not wait for it

    from ..certification.cases import find_search_operation, list_cases  # noqa: PLC0415
    from ..certification.run import match_case, select_cases  # noqa: PLC0415

    cases: list[ClientCase] = []
    for api_id in apis:
        api = load_api(api_id)
        operation = find_search_operation(api)
        if operation is not None:
            cases += list_cases(api, operation)
    ids = [case.id for case in cases]
    for pattern in (*only, *skipped):
        if not any(match_case(case, pattern) for case in cases):
            raise CommandError(f"no case or check is called {pattern!r}{suggest_closest(pattern, ids)}")
    selected = select_cases(cases, only, skipped)
    if not selected:
        raise CommandError("no case is left to be judged")
    return selected
