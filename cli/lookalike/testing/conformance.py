"""Did the client of a test keep to the API's document."""

from __future__ import annotations

from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import load_api

from .sandboxes import TestSandbox

try:
    from lookalike_contracts.clients import RecordedRequest, RequestViolation, validate_requests
except ImportError as missing:
    raise ImportError("to judge what a client sent needs openapi-core: pip install 'lookalike[pytest]'") from missing


def find_violations(trial: TestSandbox, api: str) -> tuple[RequestViolation, ...]:
    """What is wrong with what was sent to that API since the test began, with whatever credentials."""
    accounts = (trial.sandbox.credentials[api], *(account for account, _ in load_api(api).accounts))
    sent = [RecordedRequest(entry.request, entry.timestamp) for entry in _collect_entries(trial, api)]
    return validate_requests(api, sent, *accounts, switches=trial.mock.services[api].variants)


def assert_conformant(trial: TestSandbox, api: str) -> None:
    """Raises AssertionError: for what is wrong, and where nothing was sent at all."""
    __tracebackhide__ = True
    count = len(_collect_entries(trial, api))
    if not count:
        raise AssertionError(f"nothing was sent to {api}")
    if found := find_violations(trial, api):
        lines = "\n".join(str(each) for each in found)
        raise AssertionError(f"{count} requests to {api}, {len(found)} complaints:\n{lines}")


def _collect_entries(trial: TestSandbox, api: str) -> list[JournalEntry]:
    """The requests in their order; a request with a wrong key is in another sandbox's journal."""
    own = (entry for entry in trial.sandbox.journal.entries if entry.api == api)
    return sorted([*own, *trial.find_unmatched_entries(api)], key=lambda entry: entry.timestamp)
