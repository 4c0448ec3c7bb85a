"""From what the command line says to a run of the judge, and its report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from lookalike_contracts.baseline import BadBaseline, Baseline, baseline_of, load_baseline
from lookalike_contracts.checks import chosen
from lookalike_contracts.coverage import Coverage
from lookalike_contracts.errors import UnknownCheck
from lookalike_contracts.finding import Exchange, Finding
from lookalike_contracts.judge import Plan, judge
from lookalike_contracts.registry import CHECKS, Check
from lookalike_contracts.reports import Report, Run, report
from lookalike_contracts.subject import Subject
from lookalike_contracts.target import BadUrl, Http, LiveHost, NoBudget, target
from lookalike_contracts.target.live import owner
from lookalike_contracts.verdict import Outcome, Verdict
from lookalike_specs import Api, ids, load, switches

from . import __version__, serve
from .accounts import accounts, real
from .group import Problem, nearest
from .progress import Progress, progress
from .stage import Options

CASES, SIZE = 20, 10_000


@dataclass(frozen=True)
class Wish:
    """What the command line says."""

    apis: tuple[str, ...]
    url: str
    credentials: tuple[str, ...]
    variants: dict[str, str]
    operations: tuple[str, ...]
    only: tuple[str, ...]
    skip: tuple[str, ...]
    seed: int
    size: int
    max_cases: int
    max_time: float
    strict: bool
    live: bool
    max_requests: int | None
    rate: float
    ca: Path | None

    @property
    def loaded(self) -> tuple[Api, ...]:
        """The APIs that are checked: all, when none is named. Raises UnknownApi."""
        return tuple(load(api) for api in dict.fromkeys(self.apis or ids()))

    def repeated(self, api: str) -> list[str]:
        """The options that a run of one check of that API takes over."""
        found = ["--url", self.url] if self.url else []
        found += ["--strict"] if self.strict else []
        found += ["--live", "--max-requests", str(self.max_requests)] if self.live else []
        found += ["--tls-ca", str(self.ca)] if self.ca else []
        for key, value in self.variants.items():
            if key.rpartition(".")[0] in ("", api):
                found += ["--variant", f"{key}={value}"]
        found += ["--max-cases", str(self.max_cases)] if self.max_cases != CASES else []
        return found + (["--size", str(self.size)] if self.size != SIZE and not self.url else [])


@dataclass(frozen=True)
class Trial:
    """What was judged, with everything that a report or a baseline needs."""

    wish: Wish
    plan: Plan
    target: str
    outcomes: tuple[Outcome, ...]
    coverage: Coverage
    seconds: float
    interrupted: bool
    stays: tuple[str, ...]

    @property
    def restart(self) -> str:
        """What starts the mock again that was judged; "" where it was none."""
        wish, port = self.wish, urlsplit(next(iter(self.plan.targets.values())).url).port
        variants = [f"--variant={key}={value}" for key, value in wish.variants.items()]
        words = ["lookalike", "serve", *wish.apis, f"--port={port}", f"--seed={wish.seed}", f"--size={wish.size}"]
        return "" if wish.url else " ".join(map(quote, [*words, *variants]))


def try_out(wish: Wish) -> Trial:
    """Judge the server that is named, or a mock. Raises Problem, UnknownApi, UnknownVariant, UnknownCheck."""
    apis = wish.loaded
    plan = Plan(
        apis,
        _checks(wish.only, wish.skip),
        {},
        accounts(apis, wish.credentials),
        switches((api.id for api in apis), wish.variants),
        seed=wish.seed,
        cases=wish.max_cases,
        strict=wish.strict,
        seconds=wish.max_time,
        only=_operations(apis, wish.operations),
    )
    if not plan.checks or not next(plan.operations, None):
        raise Problem("--skip takes away all that --only leaves: nothing to check")
    if wish.live and owner(urlsplit(wish.url).hostname or ""):
        real(apis, dict(plan.accounts))
    with _server(wish) as server:
        name = server.url if wish.url else f"a mock at {server.url}"
        return _run(wish, replace(plan, targets=dict.fromkeys(plan.accounts, server)), name, Coverage())


def baseline(path: Path | None) -> Baseline:
    """The findings that a file accepts; none without a file. Raises Problem."""
    try:
        found = load_baseline(path) if path else Baseline()
    except BadBaseline as wrong:
        raise Problem(str(wrong)) from wrong
    for known in found.known.values():
        if known.check not in CHECKS:
            raise Problem(f"{path}: no check is called {known.check!r}{nearest(known.check, list(CHECKS))}")
    return found


def new_baseline(trial: Trial, before: Baseline) -> bytes:
    """A file that accepts what was found."""
    return baseline_of(trial.outcomes, before)


def told(trial: Trial, baseline: Baseline) -> Report:
    """The report of it."""
    plan = trial.plan
    verdict = Verdict(trial.target, plan.seed, trial.outcomes, trial.seconds)
    run = Run(
        __version__, plan.apis, plan.checks, plan.accounts, verdict, trial.coverage, trial.interrupted, trial.restart
    )
    return report(run, partial(again, trial), baseline)


def again(trial: Trial, finding: Finding) -> str:
    """The command that finds that once more; credentials come from the environment."""
    words = ["lookalike", "check", finding.api, "--only", finding.check, "--operation", finding.operation]
    words += ["--seed", str(finding.seed), *trial.wish.repeated(finding.api)]
    return " ".join(quote(word) for word in words)


def _run(wish: Wish, plan: Plan, target: str, coverage: Coverage) -> Trial:
    for api, operation in plan.operations:
        coverage.expect(api, operation)
    outcomes, stays, interrupted, began = list[Outcome](), list[str](), False, time.monotonic()
    with progress(len(plan.checks) * len(coverage.operations)) as bar:
        try:
            for outcome in judge(replace(plan, watch=partial(_watch, coverage, bar), stays=stays.append)):
                outcomes.append(outcome)
                bar.step()
        except KeyboardInterrupt:
            interrupted = True
    return Trial(wish, plan, target, tuple(outcomes), coverage, time.monotonic() - began, interrupted, tuple(stays))


def _watch(coverage: Coverage, bar: Progress, subject: Subject, exchange: Exchange) -> None:
    bar.at(f"{subject.api.id}/{subject.operation.id}")
    coverage.watch(subject, exchange)


@contextmanager
def _server(wish: Wish) -> Iterator[Http]:
    """The server that is named, or a mock for as long as the block lasts. Raises Problem."""
    if wish.url:
        with _opened(wish, wish.url) as server:
            yield server
        return
    options: Options = {"seed": wish.seed, "size": wish.size, "variants": wish.variants}
    with serve(*wish.apis, **options) as stage, _opened(wish, stage.url) as server:
        yield server


def _opened(wish: Wish, url: str) -> Http:
    try:
        return target(url, live=wish.live, budget=wish.max_requests, rate=wish.rate, ca=wish.ca)
    except (BadUrl, LiveHost, NoBudget) as wrong:
        raise Problem(f"--url: {wrong}") from wrong
    except OSError as wrong:
        raise Problem(f"--tls-ca: no certificates in {wish.ca}: {wrong.strerror or wrong}") from wrong


def _checks(only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[Check, ...]:
    try:
        return chosen(only, skip)
    except UnknownCheck as unknown:
        families = dict.fromkeys(id.partition("/")[0] for id in unknown.known)
        raise Problem(f"{unknown}{nearest(unknown.id, [*unknown.known, *families])}") from unknown


def _operations(apis: tuple[Api, ...], names: tuple[str, ...]) -> frozenset[str]:
    """`api/operation` of every operation of that name. Raises Problem."""
    known = {f"{api.id}/{operation.id}": operation.id for api in apis for operation in api.operations}
    for name in names:
        if name not in known and name not in known.values():
            every = [*known.values(), *known]
            raise Problem(f"--operation: no operation is called {name!r}{nearest(name, every)}")
    return frozenset(place for place, name in known.items() if place in names or name in names)
