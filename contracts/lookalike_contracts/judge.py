"""Runs checks against a server: first what is asked of every answer, then each check that asks for itself."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from lookalike_specs import Api, Operation, variants
from lookalike_specs.wire import Request

from .errors import CouldNotCheck, OutOfTime
from .explore import explore
from .finding import Broken, Exchange, Finding
from .leftovers import Leftovers
from .registry import Check
from .subject import Subject
from .target import Target
from .verdict import Outcome, Result

GATE = "request/accepted"


@dataclass(frozen=True)
class Plan:
    """What is judged: APIs with who is asked and as whom, the checks, and how much of it.

    `targets`, `accounts` and `switches` are by API id; `cases` is how many requests a property draws; `seconds` bounds
    the whole run; `only` names operations, `API/operationId`, where not all are wanted. `watch` is told of every
    exchange, `stays` of what the requests stored and nobody could take away.
    """

    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    targets: Mapping[str, Target]
    accounts: Mapping[str, Mapping[str, str]]
    switches: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seed: int = 0
    cases: int = 20
    strict: bool = False
    seconds: float = 0.0
    only: frozenset[str] = frozenset()
    watch: Callable[[Subject, Exchange], None] = lambda _, __: None
    stays: Callable[[str], None] = lambda _: None

    @property
    def operations(self) -> Iterator[tuple[Api, Operation]]:
        """Every operation of every API, or those that are wanted."""
        every = ((api, operation) for api in self.apis for operation in api.operations)
        return (pair for pair in every if not self.only or f"{pair[0].id}/{pair[1].id}" in self.only)


def judge(plan: Plan) -> Iterator[Outcome]:
    """The outcomes, one for each check at each operation, as they come. Raises nothing of the server's doing.

    At an interrupt (KeyboardInterrupt) what was found at the operation under way still comes, then it is raised.
    """
    until = time.monotonic() + plan.seconds if plan.seconds else float("inf")
    for api, operation in plan.operations:
        yield from _operation(plan, api, operation, until)


def _operation(plan: Plan, api: Api, operation: Operation, until: float) -> Iterator[Outcome]:
    leftovers = Leftovers()
    passing = Passing(tuple(check for check in plan.checks if check.look), (plan.watch, leftovers.watch))
    subject = _subject(plan, api, operation, until)
    subject.watch = passing.watch
    try:
        yield from _judged(plan, subject, passing)
    except KeyboardInterrupt:
        yield from _passed(subject, passing, subject.asked, "interrupted")
        raise
    finally:
        if told := leftovers.take_away(subject):
            plan.stays(told)


def _judged(plan: Plan, subject: Subject, passing: Passing) -> Iterator[Outcome]:
    why = _obstacle(subject)
    for check in plan.checks:
        if check.probe and check.applies(subject):
            yield _outcome(subject, check) if not why or check.id == GATE else _not(subject, check, why)
        elif check.probe:
            yield Outcome(check.id, subject.api.id, subject.operation.id, "does not apply")
    before = subject.asked
    why = why or _explored(subject, passing)
    yield from _passed(subject, passing, before, why)


def _passed(subject: Subject, passing: Passing, before: int, why: str) -> Iterator[Outcome]:
    """What came of looking at every answer."""
    for at, check in enumerate(passing.looks):
        found = passing.findings(check)
        cases = subject.asked - before if at == 0 else 0
        fits, reason = check.applies(subject), passing.faults.get(check.id, why)
        result: Result = (
            "failed" if found else "does not apply" if not fits else "could not check" if reason else "passed"
        )
        reason = reason if result == "could not check" else ""
        yield Outcome(check.id, subject.api.id, subject.operation.id, result, found, reason, cases)


def _obstacle(subject: Subject) -> str:
    """Why nothing can be told of an operation: its plain good request does not get a good answer."""
    try:
        reply = subject.ask().reply
    except (CouldNotCheck, OutOfTime) as wrong:
        return str(wrong)
    if subject.reader.is_good(reply):
        return ""
    near, _ = subject.reader.nearest(reply)
    return f"the plain good request is answered HTTP {reply.status}, most like the error {near.id}"


def _outcome(subject: Subject, check: Check) -> Outcome:
    before, broken, why = subject.asked, list[Broken](), ""
    assert check.probe is not None  # noqa: S101 - for the type checker: the caller looked
    subject.draw = _draw(subject, check.id)
    try:
        broken.extend(check.probe(subject))
    except (CouldNotCheck, OutOfTime) as wrong:
        why = str(wrong)
    except Exception as wrong:
        why = _fault(wrong)
    findings = tuple(finding(subject, check, each) for each in broken)
    result: Result = "failed" if findings else "could not check" if why else "passed"
    why, cases = "" if findings else why, subject.asked - before
    return Outcome(check.id, subject.api.id, subject.operation.id, result, findings, why, cases)


def _not(subject: Subject, check: Check, why: str) -> Outcome:
    return Outcome(check.id, subject.api.id, subject.operation.id, "could not check", reason=why)


def _explored(subject: Subject, passing: Passing) -> str:
    """Draw requests for the checks that look at every answer; why it ended early, if it did."""
    subject.draw = _draw(subject, "explore")
    try:
        for check, broken in explore(subject, passing.looks):
            passing.add(subject, check, broken, shrunk=True)
    except (CouldNotCheck, OutOfTime) as wrong:
        return str(wrong)
    except Exception as wrong:
        return _fault(wrong)
    return ""


@dataclass
class Passing:
    """What the checks that look at every answer found: by check and place, the simplest exchange of it."""

    looks: tuple[Check, ...]
    told: tuple[Callable[[Subject, Exchange], None], ...] = ()
    found: dict[tuple[str, str], Finding] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def watch(self, subject: Subject, exchange: Exchange) -> None:
        """Let every check look at one exchange."""
        for told in self.told:
            told(subject, exchange)
        for check in self.looks:
            if check.look and check.applies(subject):
                try:
                    for broken in check.look(subject, exchange):
                        self.add(subject, check, broken)
                except Exception as wrong:
                    self.faults[check.id] = _fault(wrong)

    def add(self, subject: Subject, check: Check, broken: Broken, *, shrunk: bool = False) -> None:
        """Keep it, where nothing simpler is known."""
        made = finding(subject, check, broken)
        key = check.id, made.fingerprint
        known = self.found.get(key)
        if known is None or shrunk or _size(made) < _size(known):
            self.found[key] = made

    def findings(self, check: Check) -> tuple[Finding, ...]:
        """What that check found."""
        return tuple(made for (id, _), made in self.found.items() if id == check.id)


def _fault(wrong: Exception) -> str:
    """A fault of the check's own: no pass, and no end of the run; and nothing of what the server said."""
    frames = traceback.extract_tb(wrong.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return f"the check itself broke down: {type(wrong).__name__} at {where}"


def finding(subject: Subject, check: Check, broken: Broken) -> Finding:
    """What a check reports, from the rule that was broken."""
    return Finding(
        check.id, check.severity, subject.api.id, subject.operation.id, broken.message, broken.pointer,
        broken.rule or subject.operation.pointer, broken.exchanges, subject.seed, subject.target.url,
    )  # fmt: skip


def _subject(plan: Plan, api: Api, operation: Operation, until: float) -> Subject:
    return Subject(
        api,
        operation,
        plan.targets[api.id],
        plan.accounts[api.id],
        variants(api, dict(plan.switches.get(api.id, {}))),
        seed=plan.seed,
        cases=plan.cases,
        strict=plan.strict,
        seconds=plan.seconds,
        until=until,
    )


def _draw(subject: Subject, name: str) -> int:
    """The seed of one check, which does not depend on which others run."""
    return crc32(f"{subject.seed}/{subject.api.id}/{subject.operation.id}/{name}".encode())


def _size(made: Finding) -> int:
    return sum(_weight(exchange.request) for exchange in made.exchanges)


def _weight(request: Request) -> int:
    return len(request.query) + len(request.body)
