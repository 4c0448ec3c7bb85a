"""Did the client of a test keep to the API's document?"""

from __future__ import annotations

from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import load_api

from .sandboxes import TestSandbox

try:
    from lookalike_contracts.clients import RecordedRequest, RequestViolation, validate_requests
except ImportError as error:
    raise ImportError("to judge what a client sent needs openapi-core: pip install 'lookalike[pytest]'") from error


def find_violations(test_sandbox: TestSandbox, api: str) -> tuple[RequestViolation, ...]:
    """Return what is wrong with what was sent to that API since the test began, with whatever credentials."""
    accounts = [test_sandbox.sandbox.credentials[api]]
    accounts.extend(account for account, _ in load_api(api).accounts)
    requests = [RecordedRequest(entry.request, entry.timestamp) for entry in _collect_entries(test_sandbox, api)]
    return validate_requests(api, requests, *accounts, variants=test_sandbox.mock.services[api].variants)


def assert_conformant(test_sandbox: TestSandbox, api: str) -> None:
    """Raise AssertionError for what is wrong, and where nothing was sent at all."""
    __tracebackhide__ = True
    request_count = len(_collect_entries(test_sandbox, api))
    if not request_count:
        raise AssertionError(f"nothing was sent to {api}")
    violations = find_violations(test_sandbox, api)
    if violations:
        lines = "\n".join(str(violation) for violation in violations)
        raise AssertionError(f"{request_count} requests to {api}, {len(violations)} complaints:\n{lines}")


def _collect_entries(test_sandbox: TestSandbox, api: str) -> list[JournalEntry]:
    """Return the exchanges in their order; a request with a wrong key is in another sandbox's journal."""
    own = [entry for entry in test_sandbox.sandbox.journal.entries if entry.api == api]
    unmatched = list(test_sandbox.find_unmatched_entries(api))
    return sorted(own + unmatched, key=lambda entry: entry.timestamp)
