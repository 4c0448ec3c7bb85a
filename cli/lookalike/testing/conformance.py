"""Did the client of a test keep to the API's document?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final, get_args

from lookalike_mocks.reason import ROUTE_RULES, Reason
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import load_api
from lookalike_specs.extensions import Refusal
from lookalike_specs.printable_text import clean_line
from lookalike_specs.provenance import PROVENANCE_KINDS, Source

from .sandboxes import TestSandbox

try:
    from lookalike_contracts.clients import LISTED, RecordedRequest, RequestViolation, validate_requests
    from lookalike_contracts.severity import rate_severity
except ImportError as error:
    message = "to judge what a client sent needs openapi-core: pip install 'lookalike[pytest]'"
    raise ImportError(message, name=error.name) from None

# what is wrong with the proof of who calls, as the judge names it and as the mock does
PROOF_KINDS: Final = ("credential", "signature", "timestamp", "nonce")
PROOF_RULES: Final = frozenset(get_args(Refusal))


def find_violations(test_sandbox: TestSandbox, api: str) -> tuple[RequestViolation, ...]:
    """Return what is wrong with what was sent to that API since the test began, with whatever credentials.

    That is what the document does not allow and what the API refused though nobody had asked for it, in the order of
    the requests; then what was sent to no API at all.
    """
    violations = _find_api_violations(test_sandbox, api)
    request_count = len(test_sandbox.collect_entries(api))
    return (*violations, *_find_stray_requests(test_sandbox, request_count))


def assert_conformant(test_sandbox: TestSandbox, api: str, trust: Collection[str]) -> None:
    """Raise AssertionError for what is wrong by a rule of a trusted kind, and where nothing was sent at all.

    Every other complaint becomes a note of the test.
    """
    __tracebackhide__ = True
    request_count = len(test_sandbox.collect_entries(api))
    stray_count = len(test_sandbox.collect_entries(""))
    if not request_count + stray_count:
        raise AssertionError(f"nothing was sent to {api}")
    subject = f"{_count(request_count, 'request')} to {api}"
    if stray_count:
        subject += f" and {stray_count} to no API"
    problem = _describe_violations(test_sandbox, subject, find_violations(test_sandbox, api), trust)
    if problem:
        raise AssertionError(problem)


def describe_all_violations(test_sandbox: TestSandbox) -> str:
    """Return what is wrong with what was sent to any API, or to none, by rules that the test trusts; "" for nothing."""
    problems = []
    for api in test_sandbox.mock.services:
        subject = f"{_count(len(test_sandbox.collect_entries(api)), 'request')} to {api}"
        violations = _find_api_violations(test_sandbox, api)
        problems.append(_describe_violations(test_sandbox, subject, violations, test_sandbox.trust))
    stray_requests = tuple(_find_stray_requests(test_sandbox))
    subject = f"{_count(len(stray_requests), 'request')} to no API"
    problems.append(_describe_violations(test_sandbox, subject, stray_requests, test_sandbox.trust))
    return "\n".join(filter(None, problems))


def _find_api_violations(test_sandbox: TestSandbox, api: str) -> list[RequestViolation]:
    entries = test_sandbox.collect_entries(api)
    if not entries:
        return []
    accounts = [test_sandbox.sandbox.credentials[api]]
    accounts.extend(account for account, _ in load_api(api).accounts)
    requests = [RecordedRequest(entry.request, entry.timestamp) for entry in entries]
    violations = validate_requests(api, requests, *accounts, variants=test_sandbox.mock.services[api].variants)
    refusals = _find_refusals(entries, violations)
    return sorted([*violations, *refusals], key=lambda violation: violation.request_number)


def _find_refusals(
    entries: Iterable[JournalEntry], violations: Collection[RequestViolation]
) -> Iterator[RequestViolation]:
    """Yield each refusal that nobody asked for and that no violation explains."""
    for number, entry in enumerate(entries, start=1):
        reason = entry.why
        if reason is None or not reason.error or reason.is_requested:
            continue
        explanations = [violation for violation in violations if violation.request_number == number]
        if any(_explains(violation, reason) for violation in explanations):
            continue
        message = f"HTTP {entry.response.status} {entry.api}/{reason.error}: {reason.text}"
        yield RequestViolation("refused", reason.parameter, message, f"#{reason.pointer}", _get_source(reason), number)


def _explains(violation: RequestViolation, reason: Reason) -> bool:
    """Return whether a violation and a refusal are about the same thing, which is said once."""
    if violation.kind == "operation":
        return reason.rule in ROUTE_RULES
    if violation.kind in PROOF_KINDS:
        return reason.rule in PROOF_RULES
    name = violation.parameter.partition(".")[0]
    return bool(name) and name == reason.parameter


def _get_source(reason: Reason) -> Source:
    for kind in PROVENANCE_KINDS:
        if kind == reason.provenance:
            return Source(kind, reason.source)
    # a rule that says nothing of where it comes from is our own
    return Source("invented", reason.source)


def _find_stray_requests(test_sandbox: TestSandbox, count_before: int = 0) -> Iterator[RequestViolation]:
    """Yield what was sent to no API since the test began, numbered from `count_before` on."""
    for number, entry in enumerate(test_sandbox.collect_entries(""), start=count_before + 1):
        message = f"{entry.request.method} {entry.request.path} was answered by no API"
        if entry.why is not None:
            message += f": {entry.why.text}"
        yield RequestViolation("operation", "", message, "#/paths", LISTED, number)


def _describe_violations(
    test_sandbox: TestSandbox, subject: str, violations: Collection[RequestViolation], trust: Collection[str]
) -> str:
    """Return what is wrong by rules of trusted kinds, a line each; "" for nothing. The rest becomes notes of the test."""
    errors = [violation for violation in violations if violation.source.kind in trust]
    notes = [clean_line(_write_note(violation)) for violation in violations if violation.source.kind not in trust]
    dropped = test_sandbox.sandbox.journal.dropped
    if dropped:
        # what was not looked at is not fine: a few uploads of large pictures fill a journal
        notes.append(f"warning: {_count(dropped, 'exchange')} not judged: the journal keeps the newest ones only")
    # a test may ask more than once
    test_sandbox.notes += [note for note in dict.fromkeys(notes) if note not in test_sandbox.notes]
    if not errors:
        return ""
    lines = [clean_line(str(violation)) for violation in errors]
    return "\n".join([f"{subject}, {_count(len(errors), 'complaint')}:", *lines, *notes])


def _write_note(violation: RequestViolation) -> str:
    """Return a complaint that fails nobody as a line, the same for every request that it is about."""
    # no kind is trusted here, so that it is a warning or a note
    level = rate_severity(violation.source.kind, frozenset())
    return f"{level}: {violation.kind}: {violation.message}  [{violation.source.kind}: {violation.rule}]"


def _count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 request`, `2 requests`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}s"
