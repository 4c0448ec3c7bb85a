"""Run checks against a server, operation by operation.

At each operation the active checks run one after the other: each sends requests of its own and judges what comes. The
passive checks look at all of these exchanges as they happen, and at those of requests that are drawn for them at the
end (`fuzz`). What the run does is published as events (`events.py`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby, islice

from lookalike_specs import Api, Operation, resolve_variants
from lookalike_specs.provenance import ProvenanceKind

from .cleanup import Cleanup
from .context import CheckContext
from .deadline import call_until
from .events import CheckFinished, CleanupFailed, EventListener, OperationStarted, combine_listeners
from .exceptions import CouldNotCheck, TimeLimitExceeded
from .finding import Failure, Finding
from .fuzz import fuzz
from .passive import PassiveChecks, build_finding, describe_check_error
from .quotes import cover_quotes
from .registry import Check
from .reproduction.secrets import build_run_redactor
from .results import CheckResult, ResultStatus
from .session import Session
from .severity import DEFAULT_TRUST
from .transport import Target
from .wrong_address import find_common_refusal

PRECONDITION_CHECK = "request/accepted"
# the name that the seed of the drawn requests follows from, as a check's seed follows from its id
FUZZ_SEED_NAME = "explore"
# of one check at one operation; a server decides how many there are, and each holds its exchanges
MAX_FAILURES = 100


@dataclass(frozen=True)
class RunConfig:
    """What is checked: APIs with their servers and accounts, the checks, and how much of it.

    `targets`, `accounts` and `variants` are by API id; `max_cases` is how many requests a property draws; `max_seconds`
    bounds the whole run, 0 for no bound; `selected_operations` names operations, `API/operationId`, where not all are
    wanted; `trust` are the kinds of provenance whose rules are errors when they are broken.
    """

    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    targets: Mapping[str, Target]
    accounts: Mapping[str, Mapping[str, str]]
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seed: int = 0
    max_cases: int = 20
    strict: bool = False
    trust: frozenset[ProvenanceKind] = DEFAULT_TRUST
    max_seconds: float = 0.0
    selected_operations: frozenset[str] = frozenset()

    @property
    def operations(self) -> Iterator[tuple[Api, Operation]]:
        """Yield every operation of every API, or those that are selected."""
        for api in self.apis:
            for operation in api.operations:
                if not self.selected_operations or f"{api.id}/{operation.id}" in self.selected_operations:
                    yield api, operation


def execute_checks(config: RunConfig, *listeners: EventListener) -> list[CheckResult]:
    """Run every check at every operation, tell the listeners of it, and return the results in the order of the run.

    What the server does raises nothing: a check that gets no answer, or that the time ends, could not check. At an
    interrupt (KeyboardInterrupt) the listeners are told what was found at the operation under way; then it is raised again.
    """
    with cover_quotes(build_run_redactor(config.apis, config.accounts)):
        return _execute_checks(config, combine_listeners(listeners))


def _execute_checks(config: RunConfig, publish: EventListener) -> list[CheckResult]:
    deadline = float("inf")
    if config.max_seconds:
        deadline = time.monotonic() + config.max_seconds
    results = list[CheckResult]()
    for api, pairs in groupby(config.operations, key=lambda pair: pair[0]):
        runs = [_OperationRun(config, api, operation, deadline, publish) for _, operation in pairs]
        publish(OperationStarted(api, runs[0].operation))
        refusal = _find_refusal([run.context for run in runs])
        for run in runs:
            if run is not runs[0]:
                publish(OperationStarted(api, run.operation))
            iterator = run.execute()
            if refusal is not None:
                iterator = run.skip(refusal, is_first=run is runs[0])
            run_results = list[CheckResult]()
            try:
                for result in iterator:
                    run_results.append(result)
                    publish(CheckFinished(result))
            except KeyboardInterrupt:
                # what the passive checks saw until now is not lost: whoever waited for it wants to see it
                for result in run.collect_interrupted_results({result.check for result in run_results}):
                    publish(CheckFinished(result))
                raise
            finally:
                run.clean_up()
            results += run_results
    return results


def _find_refusal(contexts: list[CheckContext]) -> Failure | None:
    try:
        return call_until(contexts[0].session.limit, lambda: find_common_refusal(contexts))
    except TimeLimitExceeded:
        # the checks themselves will say so
        return None


class _OperationRun:
    """The checks of one operation, with what listens to its exchanges."""

    def __init__(
        self, config: RunConfig, api: Api, operation: Operation, deadline: float, publish: EventListener
    ) -> None:
        self._checks = config.checks
        self._publish = publish
        self._cleanup = Cleanup()
        self._passive = PassiveChecks(tuple(check for check in config.checks if check.passive_function))
        self.context = CheckContext(
            api,
            operation,
            Session(config.targets[api.id], deadline, config.max_seconds),
            config.accounts[api.id],
            resolve_variants(api, dict(config.variants.get(api.id, {}))),
            seed=config.seed,
            max_cases=config.max_cases,
            strict=config.strict,
            trust=config.trust,
            # The passive checks come last: they are the slowest, and an interrupt while they look at an exchange must
            # not keep the cleanup from knowing what that exchange stored.
            publish=combine_listeners((publish, self._cleanup.handle_event, self._passive.handle_event)),
        )

    @property
    def operation(self) -> Operation:
        return self.context.operation

    def skip(self, refusal: Failure, *, is_first: bool) -> Iterator[CheckResult]:
        """Yield the results where nobody answers as the API: one finding, and nothing that could be checked besides."""
        # whoever counts the requests of all results gets those of the whole run
        request_count = self.context.session.request_count
        for check in self._checks:
            status: ResultStatus = "could not check"
            findings: tuple[Finding, ...] = ()
            if check.id == PRECONDITION_CHECK and is_first:
                status = "failed"
                findings = (build_finding(self.context, check, refusal),)
            elif not check.applies(self.context):
                status = "does not apply"
            result = _build_result(self.context, check, status)
            if status == "could not check":
                result = replace(result, reason=refusal.message)
            yield replace(result, findings=findings, request_count=request_count)
            request_count = 0

    def execute(self) -> Iterator[CheckResult]:
        """Yield the result of each check; `clean_up` has to follow, however that ends."""
        obstacle = _find_obstacle(self.context)
        # The first result counts the request that looked for an obstacle, as no check of its own sent it.
        uncounted = self.context.session.request_count
        for result in self._run_each_check(obstacle):
            yield replace(result, request_count=result.request_count + uncounted)
            uncounted = 0

    def collect_interrupted_results(self, known_checks: Collection[str]) -> Iterator[CheckResult]:
        """Yield what the passive checks saw until an interrupt, but for those whose results were told already."""
        for result in self._collect_passive_results(self.context.session.request_count, "interrupted"):
            if result.check not in known_checks:
                yield result

    def clean_up(self) -> None:
        """Delete what was stored, and tell of what stays."""
        try:
            cleanup_failure = self._cleanup.delete_stored(self.context)
        except KeyboardInterrupt:
            # whoever interrupts that as well is told that something may have stayed
            self._publish(CleanupFailed(self._cleanup.describe_interrupt(self.context)))
            raise
        if cleanup_failure:
            self._publish(CleanupFailed(cleanup_failure))

    def _run_each_check(self, obstacle: str) -> Iterator[CheckResult]:
        for check in self._checks:
            if check.active_function is None:
                continue
            context = self.context.for_check(check.id)
            if not check.applies(context):
                yield _build_result(context, check, "does not apply")
            # The precondition is the check that reports the obstacle. To all others it says nothing about their own
            # promise: they are neither passed nor failed.
            elif obstacle and check.id != PRECONDITION_CHECK:
                yield _build_result(context, check, "could not check", reason=obstacle)
            else:
                yield _run_active_check(context, check)
        count_before = self.context.session.request_count
        reason = obstacle or self._fuzz_operation()
        yield from self._collect_passive_results(count_before, reason)

    def _fuzz_operation(self) -> str:
        """Draw requests for the passive checks; return why that ended early, "" where it did not."""
        context = self.context.for_check(FUZZ_SEED_NAME)
        try:
            call_until(context.session.limit, lambda: self._add_fuzz_failures(context))
        except (CouldNotCheck, TimeLimitExceeded) as error:
            return str(error)
        except Exception as error:
            return describe_check_error(error)
        return ""

    def _add_fuzz_failures(self, context: CheckContext) -> None:
        for check, failure in fuzz(context, self._passive.checks):
            self._passive.add_failure(context, check, failure, shrunk=True)

    def _collect_passive_results(self, count_before: int, reason: str) -> Iterator[CheckResult]:
        """Yield what came of looking at every exchange; `reason` says why not all could be looked at.

        The requests that were drawn served all passive checks together; the first result counts them, so that the
        counts of all results add up to the requests of the run.
        """
        request_count = self.context.session.request_count - count_before
        for check in self._passive.checks:
            findings = self._passive.list_findings(check)
            check_reason = self._passive.check_errors.get(check.id, reason)
            status: ResultStatus = "passed"
            if findings:
                status = "failed"
            elif not check.applies(self.context):
                status = "does not apply"
            elif check_reason:
                status = "could not check"
            yield CheckResult(
                check.id,
                self.context.api.id,
                self.context.operation.id,
                status,
                findings,
                check_reason if status == "could not check" else "",
                request_count,
            )
            request_count = 0


def _find_obstacle(context: CheckContext) -> str:
    """Return why nothing can be told of an operation, "" where something can: the good request has to be accepted."""
    try:
        return call_until(context.session.limit, lambda: _describe_obstacle(context))
    except (CouldNotCheck, TimeLimitExceeded) as error:
        return str(error)


def _describe_obstacle(context: CheckContext) -> str:
    exchange = context.plain_exchange
    if context.classifier.is_good(exchange.response):
        return ""
    return f"the plain good request is answered {context.classifier.describe(*exchange)}"


def _run_active_check(context: CheckContext, check: Check) -> CheckResult:
    function = check.active_function
    assert function is not None  # noqa: S101 - for the type checker: the caller looked
    count_before = context.session.request_count
    failures = list[Failure]()
    reason = ""
    # Failures are kept as they come: what was seen before the server broke off was seen.
    try:
        call_until(context.session.limit, lambda: failures.extend(islice(function(context), MAX_FAILURES)))
    except (CouldNotCheck, TimeLimitExceeded) as error:
        reason = str(error)
    except Exception as error:
        reason = describe_check_error(error)
    findings = tuple(build_finding(context, check, failure) for failure in failures)
    request_count = context.session.request_count - count_before
    names = (check.id, context.api.id, context.operation.id)
    if findings:
        return CheckResult(*names, "failed", findings, request_count=request_count)
    if reason:
        return CheckResult(*names, "could not check", reason=reason, request_count=request_count)
    return CheckResult(*names, "passed", request_count=request_count)


def _build_result(context: CheckContext, check: Check, status: ResultStatus, reason: str = "") -> CheckResult:
    return CheckResult(check.id, context.api.id, context.operation.id, status, reason=reason)
