"""From what the command line says to a run of the judge, and its report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from lookalike_contracts.baseline import Baseline, encode_baseline, index_check_results
from lookalike_contracts.checks import select_checks
from lookalike_contracts.coverage import Coverage
from lookalike_contracts.events import CheckFinished, CleanupFailed, Event, OperationStarted
from lookalike_contracts.exceptions import UnknownCheck
from lookalike_contracts.finding import Finding
from lookalike_contracts.registry import CHECKS, Check, load_checks
from lookalike_contracts.reports import CompletedRun, Report, assemble_report
from lookalike_contracts.results import CheckResult, RunResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_contracts.severity import DEFAULT_TRUST
from lookalike_contracts.transport import (
    BadBaseUrl,
    BadRequestBudget,
    HttpClient,
    LiveHostNotAllowed,
    create_http_client,
)
from lookalike_contracts.transport.vendor_hosts import find_vendor_api
from lookalike_specs import Api, assign_variants, list_api_ids, load_api
from lookalike_specs.provenance import PROVENANCE_KINDS, ProvenanceKind

from . import __version__, serve
from .baseline_file import read_accepted_findings
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
    skipped_operations: tuple[str, ...]
    only: tuple[str, ...]
    skip: tuple[str, ...]
    seed: int
    size: int
    max_cases: int
    max_time: float
    trust: frozenset[ProvenanceKind]
    strict: bool
    live: bool
    max_requests: int | None
    rate: float
    ca: Path | None
    sarif_file: str

    @property
    def selected_apis(self) -> tuple[Api, ...]:
        """Return the APIs that are checked: all, when none is named. Raises UnknownApi."""
        names = dict.fromkeys(self.apis or list_api_ids())
        return tuple(load_api(api) for api in names)

    def build_rerun_options(self, api: str) -> list[str]:
        """Return the options that a run of one check of that API takes over."""
        words = []
        if self.url:
            words += ["--url", self.url]
        if self.strict:
            words += ["--strict"]
        if self.trust != DEFAULT_TRUST:
            words += ["--trust", ",".join(kind for kind in PROVENANCE_KINDS if kind in self.trust)]
        if self.live:
            words += ["--live", "--max-requests", str(self.max_requests)]
        if self.ca:
            words += ["--tls-ca", str(self.ca)]
        for key, value in self.variants.items():
            # `name=value` concerns every API that has the variant, `api.name=value` one.
            if key.rpartition(".")[0] in ("", api):
                words += ["--variant", f"{key}={value}"]
        if self.max_cases != DEFAULT_CASES:
            words += ["--max-cases", str(self.max_cases)]
        if self.size != DEFAULT_SIZE and not self.url:
            words += ["--size", str(self.size)]
        return words


@dataclass(frozen=True)
class CheckRun:
    """What was judged, with everything that a report or a baseline needs."""

    options: CheckOptions
    config: RunConfig
    target_name: str
    results: tuple[CheckResult, ...]
    coverage: Coverage
    seconds: float
    request_count: int
    is_interrupted: bool
    cleanup_failures: tuple[str, ...]

    @property
    def restart_command(self) -> str:
        """Return the command that starts the judged mock again; "" where a server of somebody's was judged."""
        options = self.options
        if options.url:
            return ""
        target = next(iter(self.config.targets.values()))
        words = ["lookalike", "serve", *list_api_words(options.apis)]
        words += [f"--port={urlsplit(target.url).port}", f"--seed={options.seed}", f"--size={options.size}"]
        words += [f"--variant={key}={value}" for key, value in options.variants.items()]
        return " ".join(quote(word) for word in words)


def run_checks(options: CheckOptions, on_end: Callable[[], None] = lambda: None) -> CheckRun:
    """Judge the server that is named, or a mock; `on_end` is called when nothing is checked any more.

    Raises CommandError, UnknownApi, UnknownVariant, UnknownCheck.
    """
    apis = options.selected_apis
    config = RunConfig(
        apis,
        _select_checks(options.only, options.skip),
        {},
        resolve_accounts(apis, options.credentials),
        assign_variants((api.id for api in apis), options.variants),
        seed=options.seed,
        max_cases=options.max_cases,
        strict=options.strict,
        trust=options.trust,
        max_seconds=options.max_time,
        selected_operations=_select_operations(apis, options.operations, options.skipped_operations),
    )
    if not config.checks or not next(config.operations, None):
        raise CommandError("--skip takes away all that --only leaves: nothing to check")
    if options.live and find_vendor_api(urlsplit(options.url).hostname or ""):
        reject_demo_credentials(apis, dict(config.accounts))
    with _open_server(options) as server:
        target_name = server.url
        if not options.url:
            target_name = f"a mock at {server.url}"
        targets = dict.fromkeys(config.accounts, server)
        return _collect_results(options, replace(config, targets=targets), target_name, server, on_end)


def read_baseline(path: Path | None) -> Baseline:
    """Return the findings that a file accepts, none without a file. Raises CommandError."""
    if path is not None:
        load_checks()
    return read_accepted_findings(path, CHECKS)


def build_baseline(run: CheckRun, accepted: Baseline) -> bytes:
    """Return a file that accepts what was found."""
    return encode_baseline(index_check_results(run.results), accepted)


def build_report(run: CheckRun, baseline: Baseline) -> Report:
    """Return the report of a run, the one value that every format is made from."""
    config = run.config
    completed = CompletedRun(
        __version__,
        config.apis,
        config.checks,
        config.accounts,
        RunResult(run.target_name, config.seed, run.results, run.seconds, run.request_count),
        run.coverage,
        run.is_interrupted,
        run.restart_command,
    )
    return assemble_report(completed, partial(build_rerun_command, run), baseline, run.options.sarif_file)


def build_rerun_command(run: CheckRun, finding: Finding) -> str:
    """Return the command that finds a finding once more; credentials come from the environment."""
    words = ["lookalike", "check", *list_api_words((finding.api,))]
    words += ["--only", finding.check, "--operation", finding.operation, "--seed", str(finding.seed)]
    words += run.options.build_rerun_options(finding.api)
    return " ".join(quote(word) for word in words)


def _collect_results(
    options: CheckOptions, config: RunConfig, target_name: str, server: HttpClient, on_end: Callable[[], None]
) -> CheckRun:
    coverage = Coverage()
    for api, operation in config.operations:
        coverage.add_operation(api, operation)
    is_interrupted = False
    started_at = time.monotonic()
    with show_progress(len(config.checks) * len(coverage.operations)) as progress:
        recorder = _RunRecorder(progress)
        try:
            execute_checks(config, recorder.handle_event, coverage.handle_event)
            on_end()
        except KeyboardInterrupt:
            # What was found until now is reported; the report says that the run was interrupted.
            on_end()
            is_interrupted = True
    seconds = time.monotonic() - started_at
    results = tuple(recorder.results)
    failures = tuple(recorder.cleanup_failures)
    count = server.request_count
    return CheckRun(options, config, target_name, results, coverage, seconds, count, is_interrupted, failures)


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
def _open_server(options: CheckOptions) -> Iterator[HttpClient]:
    """Yield a client of the server that is named, or of a mock for as long as the block lasts. Raises CommandError."""
    if options.url:
        with _open_client(options, options.url) as client:
            yield client
        return
    mock_options: MockOptions = {"seed": options.seed, "size": options.size, "variants": options.variants}
    with serve(*options.apis, **mock_options) as running, _open_client(options, running.url) as client:
        yield client


def _open_client(options: CheckOptions, url: str) -> HttpClient:
    try:
        return create_http_client(
            url, live=options.live, max_requests=options.max_requests, rate=options.rate, ca=options.ca
        )
    except (BadBaseUrl, LiveHostNotAllowed, BadRequestBudget) as error:
        raise CommandError(f"--url: {error}") from error
    except OSError as error:
        raise CommandError(f"--tls-ca: no certificates in {options.ca}: {error.strerror or error}") from error


def _select_checks(only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[Check, ...]:
    try:
        return select_checks(only, skip)
    except UnknownCheck as error:
        families = {check_id.partition("/")[0]: None for check_id in error.known_ids}
        hint = suggest_closest(error.id, [*error.known_ids, *families])
        raise CommandError(f"{error}{hint}") from error


def _select_operations(apis: tuple[Api, ...], names: tuple[str, ...], skipped: tuple[str, ...]) -> frozenset[str]:
    """Return `api/operation` of every operation of these names, or of all but the skipped. Raises CommandError."""
    operations = {}
    for api in apis:
        for operation in api.operations:
            operations[f"{api.id}/{operation.id}"] = operation.id
    for option, option_names in (("--operation", names), ("--skip-operation", skipped)):
        for name in option_names:
            if name not in operations and name not in operations.values():
                hint = suggest_closest(name, [*operations.values(), *operations])
                raise CommandError(f"{option}: no operation is called {name!r}{hint}")
    if not names and not skipped:
        return frozenset()
    chosen = names or tuple(operations)
    selected = {full_id for full_id, name in operations.items() if full_id in chosen or name in chosen}
    selected -= {full_id for full_id, name in operations.items() if full_id in skipped or name in skipped}
    if not selected:
        raise CommandError("--skip-operation takes away all that --operation leaves: nothing to check")
    return frozenset(selected)
