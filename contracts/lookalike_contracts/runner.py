"""Runs checks against a server: first what is asked of every answer, then each check that asks for itself."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from lookalike_specs import Api, Operation, resolve_variants
from lookalike_specs.messages import Request

from .cleanup import Cleanup
from .context import CheckContext
from .exceptions import CouldNotCheck, TimeLimitExceeded
from .finding import Exchange, Failure, Finding
from .fuzz import fuzz
from .registry import Check
from .results import CheckResult, ResultStatus
from .transport import Target

PRECONDITION_CHECK = "request/accepted"


@dataclass(frozen=True)
class RunConfig:
    """What is judged: APIs with who is asked and as whom, the checks, and how much of it.

    `targets`, `accounts` and `switches` are by API id; `cases` is how many requests a property draws; `seconds` bounds
    the whole run; `only` names operations, `API/operationId`, where not all are wanted. `watch` is told of every
    exchange, `stays` of what the requests stored and nobody could take away.
    """

    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    targets: Mapping[str, Target]
    accounts: Mapping[str, Mapping[str, str]]
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seed: int = 0
    max_cases: int = 20
    strict: bool = False
    max_seconds: float = 0.0
    selected_operations: frozenset[str] = frozenset()
    on_exchange: Callable[[CheckContext, Exchange], None] = lambda _, __: None
    on_cleanup_failure: Callable[[str], None] = lambda _: None

    @property
    def operations(self) -> Iterator[tuple[Api, Operation]]:
        """Every operation of every API, or those that are wanted."""
        every = ((api, operation) for api in self.apis for operation in api.operations)
        return (
            pair
            for pair in every
            if not self.selected_operations or f"{pair[0].id}/{pair[1].id}" in self.selected_operations
        )


def execute_checks(plan: RunConfig) -> Iterator[CheckResult]:
    """The outcomes, one for each check at each operation, as they come. Raises nothing of the server's doing.

    At an interrupt (KeyboardInterrupt) what was found at the operation under way still comes, then it is raised.
    """
    until = time.monotonic() + plan.max_seconds if plan.max_seconds else float("inf")
    for api, operation in plan.operations:
        yield from _check_operation(plan, api, operation, until)


def _check_operation(plan: RunConfig, api: Api, operation: Operation, until: float) -> Iterator[CheckResult]:
    leftovers = Cleanup()
    passing = PassiveChecks(
        tuple(check for check in plan.checks if check.passive_function), (plan.on_exchange, leftovers.observe)
    )
    subject = _build_context(plan, api, operation, until)
    subject.on_exchange = passing.observe
    try:
        yield from _run_checks(plan, subject, passing)
    except KeyboardInterrupt:
        yield from _collect_passive_results(subject, passing, subject.request_count, "interrupted")
        raise
    finally:
        if told := leftovers.delete_stored(subject):
            plan.on_cleanup_failure(told)


def _run_checks(plan: RunConfig, subject: CheckContext, passing: PassiveChecks) -> Iterator[CheckResult]:
    why = _find_obstacle(subject)
    for check in plan.checks:
        if check.active_function and check.applies(subject):
            yield (
                _run_active_check(subject, check)
                if not why or check.id == PRECONDITION_CHECK
                else _build_unchecked_result(subject, check, why)
            )
        elif check.active_function:
            yield CheckResult(check.id, subject.api.id, subject.operation.id, "does not apply")
    before = subject.request_count
    why = why or _fuzz_operation(subject, passing)
    yield from _collect_passive_results(subject, passing, before, why)


def _collect_passive_results(
    subject: CheckContext, passing: PassiveChecks, before: int, why: str
) -> Iterator[CheckResult]:
    """What came of looking at every answer."""
    for at, check in enumerate(passing.checks):
        found = passing.list_findings(check)
        cases = subject.request_count - before if at == 0 else 0
        fits = check.applies(subject)
        reason = passing.check_errors.get(check.id, why)
        result: ResultStatus = (
            "failed" if found else "does not apply" if not fits else "could not check" if reason else "passed"
        )
        reason = reason if result == "could not check" else ""
        yield CheckResult(check.id, subject.api.id, subject.operation.id, result, found, reason, cases)


def _find_obstacle(subject: CheckContext) -> str:
    """Why nothing can be told of an operation: its plain good request does not get a good answer."""
    try:
        reply = subject.send_sample().response
    except (CouldNotCheck, TimeLimitExceeded) as wrong:
        return str(wrong)
    if subject.classifier.is_good(reply):
        return ""
    near, _ = subject.classifier.find_closest_error(reply)
    return f"the plain good request is answered HTTP {reply.status}, most like the error {near.id}"


def _run_active_check(subject: CheckContext, check: Check) -> CheckResult:
    before = subject.request_count
    broken = list[Failure]()
    why = ""
    assert check.active_function is not None  # noqa: S101 - for the type checker: the caller looked
    subject.check_seed = _derive_seed(subject, check.id)
    try:
        broken.extend(check.active_function(subject))
    except (CouldNotCheck, TimeLimitExceeded) as wrong:
        why = str(wrong)
    except Exception as wrong:
        why = _describe_check_error(wrong)
    findings = tuple(build_finding(subject, check, each) for each in broken)
    result: ResultStatus = "failed" if findings else "could not check" if why else "passed"
    why = "" if findings else why
    cases = subject.request_count - before
    return CheckResult(check.id, subject.api.id, subject.operation.id, result, findings, why, cases)


def _build_unchecked_result(subject: CheckContext, check: Check, why: str) -> CheckResult:
    return CheckResult(check.id, subject.api.id, subject.operation.id, "could not check", reason=why)


def _fuzz_operation(subject: CheckContext, passing: PassiveChecks) -> str:
    """Draw requests for the checks that look at every answer; why it ended early, if it did."""
    subject.check_seed = _derive_seed(subject, "explore")
    try:
        for check, broken in fuzz(subject, passing.checks):
            passing.add_failure(subject, check, broken, shrunk=True)
    except (CouldNotCheck, TimeLimitExceeded) as wrong:
        return str(wrong)
    except Exception as wrong:
        return _describe_check_error(wrong)
    return ""


@dataclass
class PassiveChecks:
    """What the checks that look at every answer found: by check and place, the simplest exchange of it."""

    checks: tuple[Check, ...]
    observers: tuple[Callable[[CheckContext, Exchange], None], ...] = ()
    findings_by_key: dict[tuple[str, str], Finding] = field(default_factory=dict)
    check_errors: dict[str, str] = field(default_factory=dict)

    def observe(self, subject: CheckContext, exchange: Exchange) -> None:
        """Let every check look at one exchange."""
        for told in self.observers:
            told(subject, exchange)
        for check in self.checks:
            if check.passive_function and check.applies(subject):
                try:
                    for broken in check.passive_function(subject, exchange):
                        self.add_failure(subject, check, broken)
                except Exception as wrong:
                    self.check_errors[check.id] = _describe_check_error(wrong)

    def add_failure(self, subject: CheckContext, check: Check, broken: Failure, *, shrunk: bool = False) -> None:
        """Keep it, where nothing simpler is known."""
        made = build_finding(subject, check, broken)
        key = check.id, made.fingerprint
        known = self.findings_by_key.get(key)
        if known is None or shrunk or _measure_finding(made) < _measure_finding(known):
            self.findings_by_key[key] = made

    def list_findings(self, check: Check) -> tuple[Finding, ...]:
        """What that check found."""
        return tuple(made for (id, _), made in self.findings_by_key.items() if id == check.id)


def _describe_check_error(wrong: Exception) -> str:
    """A fault of the check's own: no pass, and no end of the run; and nothing of what the server said."""
    frames = traceback.extract_tb(wrong.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return f"the check itself broke down: {type(wrong).__name__} at {where}"


def build_finding(subject: CheckContext, check: Check, broken: Failure) -> Finding:
    """What a check reports, from the rule that was broken."""
    return Finding(
        check.id, check.severity, subject.api.id, subject.operation.id, broken.message, broken.pointer,
        broken.rule or subject.operation.pointer, broken.exchanges, subject.seed, subject.target.url,
    )  # fmt: skip


def _build_context(plan: RunConfig, api: Api, operation: Operation, until: float) -> CheckContext:
    return CheckContext(
        api,
        operation,
        plan.targets[api.id],
        plan.accounts[api.id],
        resolve_variants(api, dict(plan.variants.get(api.id, {}))),
        seed=plan.seed,
        max_cases=plan.max_cases,
        strict=plan.strict,
        max_seconds=plan.max_seconds,
        deadline=until,
    )


def _derive_seed(subject: CheckContext, name: str) -> int:
    """The seed of one check, which does not depend on which others run."""
    return crc32(f"{subject.seed}/{subject.api.id}/{subject.operation.id}/{name}".encode())


def _measure_finding(made: Finding) -> int:
    return sum(_measure_request(exchange.request) for exchange in made.exchanges)


def _measure_request(request: Request) -> int:
    return len(request.query) + len(request.body)
