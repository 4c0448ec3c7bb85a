"""Did the client of a test keep to the API's document?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lookalike_specs.printable_text import clean_line

from .sandboxes import TestSandbox

try:
    from lookalike_contracts.clients import RequestViolation
    from lookalike_contracts.severity import rate_severity

    from ..request_violations import find_api_violations, find_stray_requests
except ImportError as error:
    message = "to judge what a client sent needs openapi-core: pip install 'lookalike[pytest]'"
    raise ImportError(message, name=error.name) from None


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
    credentials = test_sandbox.sandbox.credentials[api]
    return find_api_violations(test_sandbox.mock, api, credentials, test_sandbox.collect_entries(api))


def _find_stray_requests(test_sandbox: TestSandbox, count_before: int = 0) -> Iterator[RequestViolation]:
    return find_stray_requests(test_sandbox.collect_entries(""), count_before)


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
