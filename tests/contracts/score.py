"""What the judge is worth: the share of saboteurs that it catches, and how often it accuses an honest server.

Usage: python -m tests.contracts.score [--seeds N] [--all] [--write]
Every saboteur is judged at the operation that suffers, by the check meant for it, or by all; what a check draws does not
depend on which others run. The honest mock is judged whole, once for each seed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from lookalike_contracts.registry import CHECKS
from lookalike_contracts.severity import SEVERITIES
from lookalike_specs import list_api_ids
from lookalike_specs.provenance import PROVENANCE_KINDS

from .mutants.family import MUTANTS
from .mutants.mutant import judge_mock

PAGE = Path(__file__).parents[2] / "docs" / "score.md"
BEGIN = "<!-- score -->\n"
END = "<!-- end of score -->"


class MutantScore(NamedTuple):
    """A saboteur, and the checks that caught it.

    `kind` is how sure the rule is that it breaks, `severity` what `lookalike check` makes of it: those of the worst finding
    of the check that is meant for it, or "" where there is none.
    """

    id: str
    family: str
    is_caught: bool
    caught_by: tuple[str, ...]
    kind: str = ""
    severity: str = ""


class FalseAlarm(NamedTuple):
    """An honest server that was accused, or could not be judged."""

    seed: int
    api: str
    check: str
    message: str


def main() -> int:
    """Print the score; exit 1 when it is not what it has to be."""
    parser = argparse.ArgumentParser(prog="python -m tests.contracts.score", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds the honest mock is judged with")
    parser.add_argument("--all", action="store_true", help="send all checks against each saboteur; takes long")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/score.md")
    options = parser.parse_args()
    runs = [(seed, api) for seed in range(options.seeds) for api in list_api_ids()]
    alarms: list[FalseAlarm] = []
    with ProcessPoolExecutor() as pool:
        # by number: a mutation is a closure, which cannot be sent to another process
        scores = pool.map(partial(_score_mutant, options.all), range(len(MUTANTS)))
        caught = list(_show_progress(scores, len(MUTANTS), "saboteurs"))
        for run_alarms in _show_progress(pool.map(_find_false_alarms, runs), len(runs), "honest runs"):
            alarms += run_alarms
    page = _render_page(caught, alarms, options)
    print(page, end="")
    if options.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{page}\n{END}{rest.partition(END)[2]}", "utf-8")
    return int(bool(alarms) or sum(score.is_caught for score in caught) < 0.95 * len(caught))


def _show_progress(results: Iterator, total: int, noun: str) -> Iterator:
    for number, result in enumerate(results, 1):
        print(f"\r{number} of {total} {noun} ", end="" if number < total else "\n", file=sys.stderr, flush=True)
        yield result


def _score_mutant(by_all: bool, index: int) -> MutantScore:
    mutant = MUTANTS[index]
    results = judge_mock(mutant.api, mutant, checks=() if by_all else (mutant.check,))
    caught_by = tuple(sorted({result.check for result in results if result.status == "failed"}))
    findings = [finding for result in results for finding in result.findings if finding.check == mutant.check]
    worst = min(findings, key=lambda finding: SEVERITIES.index(finding.severity), default=None)
    score = MutantScore(mutant.id, mutant.check.partition("/")[0], mutant.check in caught_by, caught_by)
    if worst is None:
        return score
    return score._replace(kind=worst.provenance.kind, severity=worst.severity)


def _find_false_alarms(run: tuple[int, str]) -> list[FalseAlarm]:
    seed, api = run
    return [
        FalseAlarm(seed, api, result.check, result.reason or result.findings[0].message)
        for result in judge_mock(api, seed=seed)
        if result.status in ("failed", "could not check")
    ]


def _render_page(caught: list[MutantScore], alarms: list[FalseAlarm], options: argparse.Namespace) -> str:
    meant = sum(score.is_caught for score in caught)
    total = len(caught)
    lines = [
        f"{total} saboteurs: {meant} caught by the check that is meant for them ({meant / total:.1%}).",
        f"False alarms of {len(CHECKS)} checks on the honest mock over {options.seeds} seeds and {len(list_api_ids())} APIs:"
        f" {len(alarms)}.",
        "",
        "| family | saboteurs | caught as meant |" + (" checks that saw one, on average |" if options.all else ""),
        "| --- | --- | --- |" + (" --- |" if options.all else ""),
    ]
    for family, count in sorted(Counter(score.family for score in caught).items()):
        own = [score for score in caught if score.family == family]
        seen = f" {sum(len(score.caught_by) for score in own) / count:.1f} |" if options.all else ""
        lines.append(f"| {family} | {count} | {sum(score.is_caught for score in own)} |{seen}")
    lines += ["", "| the rule that a saboteur breaks is | saboteurs | found as |", "| --- | --- | --- |"]
    for kind in PROVENANCE_KINDS:
        severities = Counter(score.severity for score in caught if score.kind == kind)
        shown = ", ".join(f"{number} {severity}{'s' * (number > 1)}" for severity, number in sorted(severities.items()))
        lines.append(f"| {kind} | {severities.total()} | {shown or 'none'} |")
    missed = [score for score in caught if not score.is_caught]
    lines += ["", *(f"- missed: `{score.id}`, seen by {', '.join(score.caught_by) or 'nobody'}" for score in missed)]
    lines += [f"- false alarm: seed {alarm.seed}, {alarm.api}, `{alarm.check}`: {alarm.message}" for alarm in alarms]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
