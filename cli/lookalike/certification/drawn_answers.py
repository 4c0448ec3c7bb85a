"""Plays answers that are drawn, one after the other, until one breaks the client; then the smallest that still does."""

from __future__ import annotations

import asyncio
import time
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from math import inf
from threading import Event
from typing import Final

from lookalike_contracts.certification.answers.drawing import Candidates, draw_examples, is_of_kind
from lookalike_contracts.certification.answers.drawn_answer import DrawnAnswer, DrawnKind, list_edits
from lookalike_contracts.certification.answers.minimize import minimize
from lookalike_contracts.certification.answers.places import GoodAnswer
from lookalike_contracts.certification.case import ClientCase, ClientOutcome
from lookalike_contracts.certification.evidence import add_evidence
from lookalike_contracts.certification.judge import CaseResult
from lookalike_contracts.certification.reports.report import VERDICT_ORDER
from lookalike_contracts.certification.served_items import SUCCESS_STATUSES, ServedPage, list_item_ids, list_items
from lookalike_contracts.responses.json_body import parse_json_body
from lookalike_contracts.responses.openapi_adapter import match_operation
from lookalike_specs.pointers import MISSING

from .client import Client
from .kept_answers import KeptAnswer, build_kept_answer
from .mock_server import CertificationServer
from .play import build_outcome, build_task

# seconds, and answers: shrinking ends with the smallest that was found so far
SHRINK_SECONDS: Final = 8.0
MAX_SHRINK_STEPS: Final = 60
HANG_CHECK: Final = "failure/hang"
# seconds that a client has which hung once, while the smallest answer is looked for; and how often the time that it took
# for the good answer
MIN_PATIENCE: Final = 1.5
PATIENCE_FACTOR: Final = 6
# of fields at which a client breaks in ways that fail nobody
MAX_EXCLUDED: Final = 10
TIME_IS_UP: Final = "the time was up"


class _Aborted(BaseException):
    """The run is over. Not an Exception: Hypothesis would take that for a failure of the client."""


@dataclass(frozen=True, slots=True)
class AnswerDrawing:
    """A case whose answers are drawn, and all that is needed to play it; it ends at `ends_at`, by the monotonic clock.

    Those that are `kept` are played first, and `keep` is called with each that is found.
    """

    server: CertificationServer
    client: Client
    case: ClientCase
    judge: Callable[[ClientOutcome], CaseResult]
    timeout: float
    seed: int
    example_count: int
    ends_at: float
    kept: tuple[KeptAnswer, ...] = ()
    keep: Callable[[KeptAnswer], None] | None = None

    @property
    def kind(self) -> DrawnKind:
        """Return whether the answers are allowed or forbidden."""
        if self.case.drawn_kind is None:
            raise ValueError(f"the answers of {self.case.id} are not drawn")
        return self.case.drawn_kind

    @property
    def is_over(self) -> bool:
        """Return whether the time is up."""
        return time.monotonic() >= self.ends_at


async def judge_drawn_answers(drawing: AnswerDrawing) -> CaseResult:
    """Return what came of a case whose answers are drawn. Raise DriverError where the driver cannot be started."""
    plain = await play_edits(drawing, None, ())
    answer = find_good_answer(plain)
    if answer is None:
        return _refuse(drawing, plain, "the client got no goods to begin with, which the case `ok` shows")
    if not reads_good_answer(plain):
        return _refuse(drawing, plain, "the client does not read the good answer, which the case `ok` shows")
    drawn = await asyncio.to_thread(draw_examples, answer, drawing.kind, seed=drawing.seed, count=drawing.example_count)
    kept = [kept.candidates for kept in drawing.kept if kept.id == drawing.case.id]
    return await _play_examples(drawing, answer, plain, [*kept, *drawn.examples])


async def _play_examples(
    drawing: AnswerDrawing, answer: GoodAnswer, plain: ClientOutcome, examples: Sequence[Candidates]
) -> CaseResult:
    """Return the worst verdict on the examples: after one that is no failure the search goes on, without those edits.

    A client may break at a field whose rule we made up, which fails nobody, and at one that is documented.
    """
    # what the good answer shows, the case `ok` tells
    passed = CaseResult(drawing.case, "passed", request_count=len(plain.exchanges), seconds=plain.seconds)
    worst = add_evidence(passed, plain)
    excluded: set[tuple[str, str]] = set()
    remaining = deque(examples)
    while remaining:
        if drawing.is_over:
            if worst.findings:
                return worst
            return _refuse(drawing, plain, TIME_IS_UP)
        example = tuple(candidate for candidate in remaining[0] if candidate.place not in excluded)
        # of edits that are forbidden each alone some make an answer that the document allows after all
        if not example or not is_of_kind(answer, example, drawing.kind):
            remaining.popleft()
            continue
        checks = _list_checks(drawing.judge(await play_edits(drawing, answer, example)))
        if not checks:
            remaining.popleft()
            continue
        patience = inf
        if HANG_CHECK in checks:
            patience = max(MIN_PATIENCE, PATIENCE_FACTOR * plain.seconds)
        result, smallest = await _shrink(drawing, answer, example, checks, patience)
        if drawing.keep is not None and result.findings:
            words = result.findings[0].finding.message
            drawing.keep(build_kept_answer(drawing.case.id, drawing.kind, answer, smallest, words))
        worst = _join_results(worst, result)
        excluded |= {candidate.place for candidate in smallest}
        if result.verdict in ("failed", "not judged") or len(excluded) > MAX_EXCLUDED:
            return worst
    return worst


def _join_results(earlier: CaseResult, later: CaseResult) -> CaseResult:
    """Return the worse of two results, with the findings of both; its exchanges show what it was found by."""
    worse, other = sorted((earlier, later), key=lambda result: VERDICT_ORDER.index(result.verdict))
    return replace(worse, findings=worse.findings + other.findings)


async def play_edits(drawing: AnswerDrawing, answer: GoodAnswer | None, candidates: Candidates) -> ClientOutcome:
    """Have the client do its task, with an answer that is edited; without `answer` all are as they are."""
    with drawing.server.open_case(drawing.case) as case_sandbox:
        drawn = DrawnAnswer(drawing.kind, candidates, frozenset())
        if answer is not None:
            case_sandbox.sandbox.edit_answers(list_edits(candidates), operation=answer.operation.id)
            drawn = replace(drawn, original_ids=_list_original_ids(answer))
        task = build_task(case_sandbox, "drawn", drawing.timeout)
        outcome = build_outcome(case_sandbox, task, await drawing.client.run(task), drawing.client.kinds)
        if answer is None:
            return outcome
        return replace(outcome, drawn=drawn)


def find_good_answer(outcome: ClientOutcome) -> GoodAnswer | None:
    """Return the last answer with goods that the client got; None where it got none."""
    for exchange in reversed(outcome.exchanges):
        operation = match_operation(outcome.api, exchange.request)
        if operation is None or not operation.extension.invariants.items:
            continue
        body = parse_json_body(exchange.response)
        if (
            exchange.response.status in SUCCESS_STATUSES
            and body is not MISSING
            and list_items(ServedPage(operation, body))
        ):
            return GoodAnswer(outcome.api, operation, exchange.request, exchange.response, outcome.variants)
    return None


def _list_original_ids(answer: GoodAnswer) -> frozenset[str]:
    return frozenset[str]().union(*list_item_ids(ServedPage(answer.operation, answer.body)))


def reads_good_answer(outcome: ClientOutcome) -> bool:
    """Return whether a client gave the goods of an answer that nobody has edited."""
    response = outcome.response
    if response is None or response.error is not None:
        return False
    return response.has_ended or bool(response.items)


def _refuse(drawing: AnswerDrawing, outcome: ClientOutcome, reason: str) -> CaseResult:
    return CaseResult(drawing.case, "not judged", reason=reason, seconds=outcome.seconds)


def _list_checks(result: CaseResult) -> frozenset[str]:
    return frozenset(rated.finding.check for rated in result.findings)


async def _shrink(
    drawing: AnswerDrawing, answer: GoodAnswer, example: Candidates, checks: frozenset[str], patience: float
) -> tuple[CaseResult, Candidates]:
    """Return the verdict on the smallest edits that break the client, played once more, and those edits."""
    loop = asyncio.get_running_loop()
    shrinking = _Shrinking(drawing, answer, checks, patience, loop)
    shrinking.results[_identify(example)] = True
    try:
        smallest = await asyncio.to_thread(minimize, answer, example, shrinking.breaks, seed=drawing.seed)
    except asyncio.CancelledError:
        shrinking.stop.set()
        raise
    outcome = await play_edits(drawing, answer, smallest)
    result = drawing.judge(outcome)
    if not is_of_kind(answer, smallest, drawing.kind) or not _list_checks(result):
        result = _refuse(drawing, outcome, "the client did one thing at an answer, and another when it came again")
        return result, smallest
    return add_evidence(result, outcome), smallest


@dataclass(slots=True)
class _Shrinking:
    """Plays smaller answers for a thread that looks for the smallest; each once, and none when it has taken too long.

    A client that hangs is waited for `patience` seconds, and not for its whole timeout.
    """

    drawing: AnswerDrawing
    answer: GoodAnswer
    checks: frozenset[str]
    patience: float
    loop: AbstractEventLoop
    results: dict[tuple[str, ...], bool] = field(default_factory=dict)
    started_at: float = field(default_factory=time.monotonic)
    stop: Event = field(default_factory=Event)

    def breaks(self, candidates: Candidates) -> bool:
        """Return whether the client is broken by the edits, in the same way as at first."""
        key = _identify(candidates)
        if key not in self.results:
            # whatever is new "holds" when the time is up, without being played: so the search ends with what it has
            self.results[key] = not self._is_over() and self._play(candidates)
        return self.results[key]

    def _is_over(self) -> bool:
        is_late = time.monotonic() - self.started_at > SHRINK_SECONDS
        return is_late or len(self.results) > MAX_SHRINK_STEPS or self.drawing.is_over

    def _play(self, candidates: Candidates) -> bool:
        if self.stop.is_set():
            raise _Aborted
        if not is_of_kind(self.answer, candidates, self.drawing.kind):
            return False
        playing = asyncio.run_coroutine_threadsafe(self._find_checks(candidates), self.loop)
        try:
            return not self.checks.isdisjoint(playing.result())
        except CancelledError:
            raise _Aborted from None

    async def _find_checks(self, candidates: Candidates) -> frozenset[str]:
        """Return the checks that find something when the edits are played."""
        seconds = None
        if self.patience < inf:
            seconds = self.patience
        try:
            async with asyncio.timeout(seconds):
                outcome = await play_edits(self.drawing, self.answer, candidates)
        except TimeoutError:
            await self.drawing.client.kill()
            return frozenset((HANG_CHECK,))
        return _list_checks(self.drawing.judge(outcome))


def _identify(candidates: Candidates) -> tuple[str, ...]:
    return tuple(candidate.key for candidate in candidates)
