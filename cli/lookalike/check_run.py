"""From what the command line says to a run of the judge, and its report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from lookalike_contracts.baseline import BadBaseline, Baseline, encode_baseline, load_baseline
from lookalike_contracts.checks import select_checks
from lookalike_contracts.coverage import Coverage
from lookalike_contracts.events import CheckFinished, CleanupFailed, Event, OperationStarted
from lookalike_contracts.exceptions import UnknownCheck
from lookalike_contracts.finding import Finding
from lookalike_contracts.registry import CHECKS, Check, load_checks
from lookalike_contracts.reports import CompletedRun, Report, assemble_report
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_contracts.transport import (
    BadBaseUrl,
    BadRequestBudget,
    HttpClient,
    LiveHostNotAllowed,
    create_http_client,
)
from lookalike_contracts.transport.live import find_vendor_api
from lookalike_specs import Api, assign_variants, list_api_ids, load_api

from . import __version__, serve
from .click_ext import CommandError, suggest_closest
from .credentials import reject_demo_credentials, resolve_accounts
from .embed import MockOptions
from .progress import Progress, show_progress
from .spec_options import list_api_words

DEFAULT_CASES = 20
DEFAULT_SIZE = 10_000


@dataclass(frozen=True)
class CheckOptions:
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
    def selected_apis(self) -> tuple[Api, ...]:
        """The APIs that are checked: all, when none is named. Raises UnknownApi."""
        return tuple(load_api(api) for api in dict.fromkeys(self.apis or list_api_ids()))

    def build_rerun_options(self, api: str) -> list[str]:
        """The options that a run of one check of that API takes over."""
        found = ["--url", self.url] if self.url else []
        found += ["--strict"] if self.strict else []
        found += ["--live", "--max-requests", str(self.max_requests)] if self.live else []
        found += ["--tls-ca", str(self.ca)] if self.ca else []
        for key, value in self.variants.items():
            if key.rpartition(".")[0] in ("", api):
                found += ["--variant", f"{key}={value}"]
        found += ["--max-cases", str(self.max_cases)] if self.max_cases != DEFAULT_CASES else []
        return found + (["--size", str(self.size)] if self.size != DEFAULT_SIZE and not self.url else [])


@dataclass(frozen=True)
class CheckRun:
    """What was judged, with everything that a report or a baseline needs."""

    options: CheckOptions
    config: RunConfig
    target_name: str
    results: tuple[CheckResult, ...]
    coverage: Coverage
    seconds: float
    is_interrupted: bool
    cleanup_failures: tuple[str, ...]

    @property
    def restart_command(self) -> str:
        """What starts the mock again that was judged; "" where it was none."""
        wish = self.options
        port = urlsplit(next(iter(self.config.targets.values())).url).port
        variants = [f"--variant={key}={value}" for key, value in wish.variants.items()]
        words = [
            "lookalike",
            "serve",
            *list_api_words(wish.apis),
            f"--port={port}",
            f"--seed={wish.seed}",
            f"--size={wish.size}",
        ]
        return "" if wish.url else " ".join(map(quote, [*words, *variants]))


def run_checks(wish: CheckOptions) -> CheckRun:
    """Judge the server that is named, or a mock. Raises Problem, UnknownApi, UnknownVariant, UnknownCheck."""
    apis = wish.selected_apis
    plan = RunConfig(
        apis,
        _select_checks(wish.only, wish.skip),
        {},
        resolve_accounts(apis, wish.credentials),
        assign_variants((api.id for api in apis), wish.variants),
        seed=wish.seed,
        max_cases=wish.max_cases,
        strict=wish.strict,
        max_seconds=wish.max_time,
        selected_operations=_select_operations(apis, wish.operations),
    )
    if not plan.checks or not next(plan.operations, None):
        raise CommandError("--skip takes away all that --only leaves: nothing to check")
    if wish.live and find_vendor_api(urlsplit(wish.url).hostname or ""):
        reject_demo_credentials(apis, dict(plan.accounts))
    with _open_server(wish) as server:
        name = server.url if wish.url else f"a mock at {server.url}"
        return _collect_results(wish, replace(plan, targets=dict.fromkeys(plan.accounts, server)), name, Coverage())


def read_baseline(path: Path | None) -> Baseline:
    """The findings that a file accepts; none without a file. Raises Problem."""
    try:
        found = load_baseline(path) if path else Baseline()
    except BadBaseline as wrong:
        raise CommandError(str(wrong)) from wrong
    load_checks()
    for known in found.entries.values():
        if known.check not in CHECKS:
            raise CommandError(
                f"{path}: no check is called {known.check!r}{suggest_closest(known.check, list(CHECKS))}"
            )
    return found


def build_baseline(trial: CheckRun, before: Baseline) -> bytes:
    """A file that accepts what was found."""
    return encode_baseline(trial.results, before)


def build_report(trial: CheckRun, baseline: Baseline) -> Report:
    """The report of it."""
    plan = trial.config
    verdict = RunResult(trial.target_name, plan.seed, trial.results, trial.seconds)
    run = CompletedRun(
        __version__,
        plan.apis,
        plan.checks,
        plan.accounts,
        verdict,
        trial.coverage,
        trial.is_interrupted,
        trial.restart_command,
    )
    return assemble_report(run, partial(rerun_command, trial), baseline)


def rerun_command(trial: CheckRun, finding: Finding) -> str:
    """The command that finds that once more; credentials come from the environment."""
    words = [
        "lookalike",
        "check",
        *list_api_words((finding.api,)),
        "--only",
        finding.check,
        "--operation",
        finding.operation,
    ]
    words += ["--seed", str(finding.seed), *trial.options.build_rerun_options(finding.api)]
    return " ".join(quote(word) for word in words)


def _collect_results(wish: CheckOptions, plan: RunConfig, target: str, coverage: Coverage) -> CheckRun:
    for api, operation in plan.operations:
        coverage.add_operation(api, operation)
    is_interrupted = False
    started_at = time.monotonic()
    with show_progress(len(plan.checks) * len(coverage.operations)) as progress:
        recorder = _RunRecorder(progress)
        try:
            execute_checks(plan, recorder.handle_event, coverage.handle_event)
        except KeyboardInterrupt:
            is_interrupted = True
    return CheckRun(
        wish,
        plan,
        target,
        tuple(recorder.results),
        coverage,
        time.monotonic() - started_at,
        is_interrupted,
        tuple(recorder.cleanup_failures),
    )


@dataclass
class _RunRecorder:
    """Shows how far a run is, and keeps what it came to, an interrupted one too."""

    progress: Progress
    results: list[CheckResult] = field(default_factory=list)
    cleanup_failures: list[str] = field(default_factory=list)

    def handle_event(self, event: Event) -> None:
        """Take an event of the run in."""
        if isinstance(event, OperationStarted):
            self.progress.set_label(f"{event.api.id}/{event.operation.id}")
        elif isinstance(event, CheckFinished):
            self.results.append(event.result)
            self.progress.step()
        elif isinstance(event, CleanupFailed):
            self.cleanup_failures.append(event.message)


@contextmanager
def _open_server(wish: CheckOptions) -> Iterator[HttpClient]:
    """The server that is named, or a mock for as long as the block lasts. Raises Problem."""
    if wish.url:
        with _open_client(wish, wish.url) as server:
            yield server
        return
    options: MockOptions = {"seed": wish.seed, "size": wish.size, "variants": wish.variants}
    with serve(*wish.apis, **options) as stage, _open_client(wish, stage.url) as server:
        yield server


def _open_client(wish: CheckOptions, url: str) -> HttpClient:
    try:
        return create_http_client(url, live=wish.live, budget=wish.max_requests, rate=wish.rate, ca=wish.ca)
    except (BadBaseUrl, LiveHostNotAllowed, BadRequestBudget) as wrong:
        raise CommandError(f"--url: {wrong}") from wrong
    except OSError as wrong:
        raise CommandError(f"--tls-ca: no certificates in {wish.ca}: {wrong.strerror or wrong}") from wrong


def _select_checks(only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[Check, ...]:
    try:
        return select_checks(only, skip)
    except UnknownCheck as unknown:
        families = dict.fromkeys(id.partition("/")[0] for id in unknown.known_ids)
        raise CommandError(f"{unknown}{suggest_closest(unknown.id, [*unknown.known_ids, *families])}") from unknown


def _select_operations(apis: tuple[Api, ...], names: tuple[str, ...]) -> frozenset[str]:
    """`api/operation` of every operation of that name. Raises Problem."""
    known = {f"{api.id}/{operation.id}": operation.id for api in apis for operation in api.operations}
    for name in names:
        if name not in known and name not in known.values():
            every = [*known.values(), *known]
            raise CommandError(f"--operation: no operation is called {name!r}{suggest_closest(name, every)}")
    return frozenset(place for place, name in known.items() if place in names or name in names)
