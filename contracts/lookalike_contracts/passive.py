"""Passive checks: those that look at every exchange of an operation, whoever caused it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source, rank_kind
from lookalike_specs.source_map import locate_source

from .context import CheckContext
from .deadline import call_until
from .events import Event, ExchangeRecorded
from .exceptions import TimeLimitExceeded
from .finding import Exchange, Failure, Finding, truncate_response
from .registry import Check
from .severity import SEVERITIES, Severity, find_weakest, rate_severity

# of one check in one response
MAX_FAILURES: Final = 1000
# of one check at one operation; what tells findings apart may be names that a server made up, new ones in every response
MAX_FINDINGS: Final = 50

# of what a finding says; a value of megabytes may stand in it, and reports show 800 bytes
MAX_MESSAGE_LENGTH: Final = 16_000


@dataclass
class PassiveChecks:
    """What passive checks found at one operation.

    A rule that is broken at one place of a hundred responses is one finding: by check and fingerprint, the one with the
    simplest exchange is kept. `check_errors` says of a check that broke down, by its id, how.
    """

    checks: tuple[Check, ...]
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    check_errors: dict[str, str] = field(default_factory=dict)

    def handle_event(self, event: Event) -> None:
        """Let every check look at an exchange."""
        if isinstance(event, ExchangeRecorded) and event.is_judged:
            for check in self.checks:
                if check.applies(event.context):
                    self._run_check(check, event.context, event.exchange)

    def _run_check(self, check: Check, context: CheckContext, exchange: Exchange) -> None:
        if check.passive_function is None:
            return
        try:
            # an answer of megabytes takes seconds to look at
            call_until(context.session.limit, lambda: self._add_failures(check, context, exchange))
        except TimeLimitExceeded as error:
            self.check_errors[check.id] = str(error)
        except Exception as error:
            self.check_errors[check.id] = describe_check_error(error)

    def _add_failures(self, check: Check, context: CheckContext, exchange: Exchange) -> None:
        assert check.passive_function is not None  # noqa: S101 - for the type checker: the caller looked
        for failure in islice(check.passive_function(context, exchange), MAX_FAILURES):
            self.add_failure(context, check, failure)

    def add_failure(self, context: CheckContext, check: Check, failure: Failure, *, shrunk: bool = False) -> None:
        """Keep a failure, if it is a new one, a simpler one, or one that was made as simple as can be."""
        finding = build_finding(context, check, failure)
        key = check.id, finding.fingerprint
        existing = self.findings.get(key)
        if existing is None:
            if self._make_room(check.id, finding.severity):
                self.findings[key] = finding
            return
        # The same words may be wrong for sure at one path, and only by our guess at another: the surer one is kept.
        severity = SEVERITIES.index(finding.severity)
        existing_severity = SEVERITIES.index(existing.severity)
        is_simpler = shrunk or _measure_finding(finding) < _measure_finding(existing)
        if severity < existing_severity or (severity == existing_severity and is_simpler):
            self.findings[key] = finding

    def _make_room(self, check_id: str, severity: Severity) -> bool:
        """Return whether one finding more of that check is kept; a surer one takes the place of one that is less sure."""
        keys = [key for key in self.findings if key[0] == check_id]
        if len(keys) < MAX_FINDINGS:
            return True
        ranks = [SEVERITIES.index(self.findings[key].severity) for key in keys]
        weakest = max(ranks)
        if SEVERITIES.index(severity) >= weakest:
            return False
        del self.findings[keys[ranks.index(weakest)]]
        return True

    def list_findings(self, check: Check) -> tuple[Finding, ...]:
        """Return what one check found."""
        return tuple(finding for (check_id, _), finding in self.findings.items() if check_id == check.id)


def build_finding(context: CheckContext, check: Check, failure: Failure) -> Finding:
    """Return what a check reports, from the rule that was broken."""
    rule = _find_existing_part(context, failure.rule or context.operation.pointer)
    pointer, provenance = _find_provenance(context, check, failure)
    return Finding(
        check=check.id,
        severity=rate_severity(provenance.kind, context.trust, check.severity),
        api=context.api.id,
        operation=context.operation.id,
        message=failure.message[:MAX_MESSAGE_LENGTH],
        pointer=failure.pointer,
        rule=rule,
        exchanges=tuple(_truncate_exchange(exchange) for exchange in failure.exchanges),
        seed=context.seed,
        url=context.target.url,
        provenance=provenance,
        provenance_pointer=pointer,
    )


def _truncate_exchange(exchange: Exchange) -> Exchange:
    return Exchange(exchange.request, truncate_response(exchange.response))


def _find_provenance(context: CheckContext, check: Check, failure: Failure) -> tuple[str, Source]:
    """Return how sure a broken rule is, and where the document says so; "" where the check does."""
    # a check of somebody's own rule has no place in the document, and what stands there says nothing about the rule
    if check.provenance is not None and not failure.rule:
        return "", check.provenance
    pointer, provenance = find_weakest(context.api, (failure.rule or context.operation.pointer, *failure.premises))
    # what the check itself takes for true is one more premise
    if check.provenance is not None and rank_kind(check.provenance.kind) >= rank_kind(provenance.kind):
        return "", check.provenance
    return _find_existing_part(context, pointer), provenance


def _find_existing_part(context: CheckContext, pointer: str) -> str:
    """Return the deepest part of a pointer that the document has: a filter that narrows does not say `narrows: true`."""
    return locate_source(context.api.id, pointer).pointer


def describe_check_error(error: Exception) -> str:
    """Return how a check broke down: no pass, and no end of the run.

    The message of the error is left out, because it may hold what the server said, secrets included.
    """
    frames = traceback.extract_tb(error.__traceback__)
    location = "nowhere"
    if frames:
        location = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return f"the check itself broke down: {type(error).__name__} at {location}"


def _measure_finding(finding: Finding) -> int:
    """Return how much there is to read: the bytes of what was asked."""
    return sum(_measure_request(exchange.request) for exchange in finding.exchanges)


def _measure_request(request: Request) -> int:
    return len(request.query) + len(request.body)
