"""Puts a client into one case after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from math import inf
from pathlib import Path
from typing import Final

from lookalike_contracts.certification.case import PARALLEL, SLOW_SCRIPTS, ClientCase, ClientOutcome
from lookalike_contracts.certification.evidence import add_evidence
from lookalike_contracts.certification.judge import CaseResult, judge_outcome
from lookalike_contracts.certification.protocol import ClientTask
from lookalike_contracts.certification.registry import CLIENT_CHECKS, CURRENT_SUITE
from lookalike_contracts.severity import DEFAULT_TRUST
from lookalike_specs.provenance import ProvenanceKind

from ..drivers import DriverError
from ..progress import Progress
from .client import Client, ClientAnswer
from .drawn_answers import AnswerDrawing, judge_drawn_answers
from .kept_answers import KeptAnswer, write_kept_answer
from .mock_server import CertificationServer, ServerPool
from .play import build_outcome, build_task
from .wire_server import WIRE_ANSWERS, WireServer

# seconds that a client has for a task with a server that is slow for ever
SLOW_TIMEOUT: Final = 3.0
# processes of one client that ask at once
PARALLEL_COUNT: Final = 3
# of answers that are drawn for a case, besides those that are always played
DEFAULT_EXAMPLES: Final = 10


@dataclass(frozen=True, slots=True)
class CertificationOptions:
    """What is asked for; `command` runs the driver, times are in seconds, and `max_time` 0 is no limit.

    `command_text` is the driver as it was typed; where it `is_python`, the module and the function. `planned_ids` are those
    of all cases that are wanted, `cases` those of this shard. `jobs` cases are played side by side.
    `example_count` is how many answers are drawn for a case; those that are `kept` are played before, and what is found is
    written into `keep_folder`.
    """

    command: tuple[str, ...]
    cases: tuple[ClientCase, ...]
    command_text: str = ""
    is_python: bool = False
    planned_ids: tuple[str, ...] = ()
    name: str = ""
    seed: int = 0
    variants: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 5.0
    max_time: float = 0.0
    trust: frozenset[ProvenanceKind] = DEFAULT_TRUST
    skipped_checks: tuple[str, ...] = ()
    suite: int = CURRENT_SUITE
    jobs: int = 1
    example_count: int = DEFAULT_EXAMPLES
    keep_folder: Path | None = None
    kept: tuple[KeptAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Certification:
    """What came of a run: the client's name and version, and a result for each case that was played, in their order."""

    name: str
    version: str
    results: tuple[CaseResult, ...]
    is_interrupted: bool = False


def certify(options: CertificationOptions, progress: Progress) -> Certification:
    """Judge a client in all cases, or in those before Ctrl+C. Raise DriverError where it cannot be started."""
    run = CertificationRun(options, progress, time.monotonic() + options.max_time)
    try:
        asyncio.run(_certify(run))
    except KeyboardInterrupt:
        # what was found until now is reported; the report says that the run was interrupted
        return run.complete(is_interrupted=True)
    except ExceptionGroup as group:
        # each of those that work side by side may have failed to start the client: one of them says it
        for error in group.exceptions:
            if isinstance(error, DriverError):
                raise error from None
        raise
    return run.complete()


async def _certify(run: CertificationRun) -> None:
    """Play all cases side by side, then those again, one after the other, in which the clock found something.

    A machine that is busy for a moment makes a client late, and its pauses odd: what was found by the clock has to be
    found again when the case is played once more, alone, or it is dropped.
    """
    options = run.options
    queue = iter(range(len(options.cases)))
    async with asyncio.TaskGroup() as group:
        for _ in range(min(options.jobs, len(options.cases))):
            group.create_task(_play_queue(run, queue))
    await _play_queue(run, iter(tuple(run.timed_outcomes)), is_again=True)


@dataclass(slots=True)
class CertificationRun:
    """A run under way: what came of each case, by its position, and who the client says that it is.

    `timed_outcomes` are the outcomes in which a check found something by the clock that was not confirmed yet. `ends_at`
    is a time of the monotonic clock.
    """

    options: CertificationOptions
    progress: Progress
    ends_at: float
    results: dict[int, CaseResult] = field(default_factory=dict)
    timed_outcomes: dict[int, ClientOutcome] = field(default_factory=dict)
    name: str = ""
    version: str = ""

    def judge(self, outcome: ClientOutcome, skipped: Iterable[str] = ()) -> CaseResult:
        """Return what an outcome is worth, without the checks that are `skipped` for it."""
        options = self.options
        return judge_outcome(outcome, options.trust, (*options.skipped_checks, *skipped), options.suite)

    def judge_first(self, index: int, outcome: ClientOutcome) -> None:
        """Judge what came of a case, and remember it where it has to be played once more."""
        result = self.judge(outcome)
        self.results[index] = add_evidence(result, outcome)
        if _list_timed_checks(result):
            self.timed_outcomes[index] = outcome

    def judge_again(self, index: int, second_outcome: ClientOutcome) -> None:
        """Drop what the clock found in a case, and did not find again."""
        first_outcome = self.timed_outcomes.pop(index)
        timed_checks = _list_timed_checks(self.judge(first_outcome))
        unconfirmed = timed_checks - _list_timed_checks(self.judge(second_outcome))
        self.results[index] = add_evidence(self.judge(first_outcome, unconfirmed), first_outcome)

    def note_client(self, client: Client) -> None:
        """Remember who the client says that it is."""
        self.name = self.name or client.name
        self.version = self.version or client.version

    def complete(self, *, is_interrupted: bool = False) -> Certification:
        """Return what came of the run."""
        for index, outcome in self.timed_outcomes.items():
            # nobody knows whether the clock would have found it again
            reason = "the run was interrupted before the case was played once more"
            self.results[index] = CaseResult(outcome.case, "not judged", reason=reason)
        results = tuple(self.results[index] for index in sorted(self.results))
        return Certification(self.name or self.options.name, self.version, results, is_interrupted)


async def _play_queue(run: CertificationRun, queue: Iterator[int], *, is_again: bool = False) -> None:
    """Play the cases whose positions a queue gives, one after the other, with a client and servers of one's own.

    The servers are not shared: what comes with a wrong key is told by when it came, and not by who sent it.
    """
    options = run.options
    async with Client(options.command, options.name) as client:
        with ServerPool(options.seed, options.variants, list_apis(options.cases)) as servers:
            for index in queue:
                case = options.cases[index]
                run.progress.set_label(case.id)
                if options.max_time and not is_again and time.monotonic() >= run.ends_at:
                    run.results[index] = CaseResult(case, "not judged", reason="the time was up")
                else:
                    await _play_position(run, servers, client, index, is_again=is_again)
                run.note_client(client)
                if not is_again:
                    run.progress.step()


async def _play_position(
    run: CertificationRun, servers: ServerPool, client: Client, index: int, *, is_again: bool
) -> None:
    """Play the case at a position, and remember what came of it."""
    options = run.options
    case = options.cases[index]
    try:
        # in a thread: while one is opened, the others' answers and the clocks of their clients go on
        server = await asyncio.to_thread(servers.get, case)
    except ImportError as error:
        run.results[index] = CaseResult(case, "not judged", reason=str(error))
        return
    if case.drawn_kind is not None:
        run.results[index] = await _draw_answers(run, server, client, case)
    elif is_again:
        run.judge_again(index, await _play_case(options, server, client, case, f"{index + 1}-again"))
    else:
        run.judge_first(index, await _play_case(options, server, client, case, str(index + 1)))


def list_apis(cases: Iterable[ClientCase]) -> tuple[str, ...]:
    """Return the APIs of cases, each once."""
    return tuple(dict.fromkeys(case.api for case in cases))


async def _draw_answers(
    run: CertificationRun, server: CertificationServer, client: Client, case: ClientCase
) -> CaseResult:
    options = run.options
    ends_at = inf
    if options.max_time:
        ends_at = run.ends_at
    keep = None
    if options.keep_folder is not None:
        keep = partial(_keep_answer, options, options.keep_folder)
    drawing = AnswerDrawing(
        server=server,
        client=client,
        case=case,
        judge=run.judge,
        timeout=options.timeout,
        seed=options.seed,
        example_count=options.example_count,
        ends_at=ends_at,
        kept=options.kept,
        keep=keep,
    )
    return await judge_drawn_answers(drawing)


def _keep_answer(options: CertificationOptions, folder: Path, kept: KeptAnswer) -> None:
    client = ""
    if options.is_python:
        client = options.command_text
    write_kept_answer(folder, kept, client)


def _list_timed_checks(result: CaseResult) -> set[str]:
    checks = {rated.finding.check for rated in result.findings}
    return {check for check in checks if CLIENT_CHECKS[check].is_timed}


async def _play_case(
    options: CertificationOptions, server: CertificationServer, client: Client, case: ClientCase, task_id: str
) -> ClientOutcome:
    timeout = options.timeout
    async with AsyncExitStack() as stack:
        case_sandbox = stack.enter_context(server.open_case(case))
        base_url = ""
        wire = None
        if case.script in WIRE_ANSWERS:
            wire = await stack.enter_async_context(WireServer(case.script, time.time))
            base_url = wire.url
        if case.script in SLOW_SCRIPTS:
            # nothing but waiting comes of these, and a client keeps a short timeout as it keeps a long one
            timeout = min(timeout, SLOW_TIMEOUT)
        task = build_task(case_sandbox, task_id, timeout, base_url)
        if case.script == PARALLEL:
            answer = await _run_side_by_side(options, task)
        else:
            answer = await client.run(task)
        outcome = build_outcome(case_sandbox, task, answer, client.kinds)
        if wire is None:
            return outcome
        return replace(outcome, exchanges=wire.record.exchanges, wire=wire.record)


async def _run_side_by_side(options: CertificationOptions, task: ClientTask) -> ClientAnswer:
    """Have several new processes of the client do the same task at once, and return the first one's answer."""
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(PARALLEL_COUNT):
            clients.append(await stack.enter_async_context(Client(options.command, options.name)))
        answers = await asyncio.gather(*(client.run(task) for client in clients))
    return answers[0]


def is_selected(case: ClientCase, only: Sequence[str], skipped: Sequence[str]) -> bool:
    """Return whether the patterns mean a case: any of `only`, where there are some, and none of `skipped`."""
    if only and not any(match_case(case, pattern) for pattern in only):
        return False
    return not any(match_case(case, pattern) for pattern in skipped)


def match_case(case: ClientCase, pattern: str) -> bool:
    """Return whether a pattern such as `tmapi/4*` means the case."""
    return fnmatchcase(case.id, pattern)
