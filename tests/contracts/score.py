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
from lookalike_specs import list_api_ids

from .mutants.family import MUTANTS
from .mutants.mutant import judge_mock

PAGE = Path(__file__).parents[2] / "docs" / "score.md"
BEGIN, END = "<!-- score -->\n", "<!-- end of score -->"


class MutantScore(NamedTuple):
    """Which checks a saboteur was seen by."""

    id: str
    family: str
    is_caught: bool
    caught_by: tuple[str, ...]


class FalseAlarm(NamedTuple):
    """Somebody honest was accused, or could not be judged."""

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
    asked = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        caught = list(
            _show_progress(pool.map(partial(_score_mutant, asked.all), range(len(MUTANTS))), len(MUTANTS), "saboteurs")
        )
        runs = [(seed, api) for seed in range(asked.seeds) for api in list_api_ids()]
        alarms = [
            alarm
            for found in _show_progress(pool.map(_find_false_alarms, runs), len(runs), "honest runs")
            for alarm in found
        ]
    page = _render_page(caught, alarms, asked)
    print(page, end="")
    if asked.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{page}\n{END}{rest.partition(END)[2]}", "utf-8")
    return int(bool(alarms) or sum(each.is_caught for each in caught) < 0.95 * len(caught))


def _show_progress(results: Iterator, most: int, what: str) -> Iterator:
    for at, result in enumerate(results, 1):
        print(f"\r{at} of {most} {what} ", end="" if at < most else "\n", file=sys.stderr, flush=True)
        yield result


def _score_mutant(by_all: bool, at: int) -> MutantScore:
    saboteur = MUTANTS[at]
    found = judge_mock(saboteur.api, saboteur, checks=() if by_all else (saboteur.check,))
    by = tuple(sorted({outcome.check for outcome in found if outcome.status == "failed"}))
    return MutantScore(saboteur.id, saboteur.check.partition("/")[0], saboteur.check in by, by)


def _find_false_alarms(run: tuple[int, str]) -> list[FalseAlarm]:
    seed, api = run
    bad = [each for each in judge_mock(api, seed=seed) if each.status in ("failed", "could not check")]
    return [FalseAlarm(seed, api, each.check, each.reason or each.findings[0].message) for each in bad]


def _render_page(caught: list[MutantScore], alarms: list[FalseAlarm], asked: argparse.Namespace) -> str:
    meant, total = sum(each.is_caught for each in caught), len(caught)
    lines = [
        f"{total} saboteurs: {meant} caught by the check that is meant for them ({meant / total:.1%}).",
        f"False alarms of {len(CHECKS)} checks on the honest mock over {asked.seeds} seeds and {len(list_api_ids())} APIs:"
        f" {len(alarms)}.",
        "",
        "| family | saboteurs | caught as meant |" + (" checks that saw one, on average |" if asked.all else ""),
        "| --- | --- | --- |" + (" --- |" if asked.all else ""),
    ]
    for family, count in sorted(Counter(each.family for each in caught).items()):
        own = [each for each in caught if each.family == family]
        seen = f" {sum(len(each.caught_by) for each in own) / count:.1f} |" if asked.all else ""
        lines.append(f"| {family} | {count} | {sum(each.is_caught for each in own)} |{seen}")
    missed = [each for each in caught if not each.is_caught]
    lines += ["", *(f"- missed: `{each.id}`, seen by {', '.join(each.caught_by) or 'nobody'}" for each in missed)]
    lines += [f"- false alarm: seed {alarm.seed}, {alarm.api}, `{alarm.check}`: {alarm.message}" for alarm in alarms]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
