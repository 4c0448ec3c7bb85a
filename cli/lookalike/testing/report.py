"""What the report of a test says of its look-alikes, and what it says nowhere: their secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any, Final

import pytest

from lookalike_mocks import Sandbox
from lookalike_mocks.redact import build_redactor, list_sandbox_secrets, redact_entry
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import curl

from .sandboxes import TestSandbox

SECTION_TITLE: Final = "lookalike"
# of the newest exchanges, and of each body
MAX_EXCHANGES = 5
MAX_BODY_BYTES = 400
Redact = Callable[[str], str]


def complete_report(report: pytest.TestReport, test_sandbox: TestSandbox) -> None:
    """Cover secrets in the report; where the test failed, add what the look-alikes saw."""
    was_expected = hasattr(report, "wasxfail")
    if report.sections or report.longrepr or was_expected:
        redact = create_redaction(test_sandbox)
        report.sections = [(title, redact(text)) for title, text in report.sections]
        report.longrepr = _redact_value(report.longrepr, redact)
        if was_expected:
            report.wasxfail = redact(report.wasxfail)
    if report.failed:
        report.sections.append((SECTION_TITLE, "\n".join(describe_traffic(test_sandbox))))


def create_redaction(test_sandbox: TestSandbox) -> Redact:
    """Return a function that covers the secrets of a test in a text."""
    demo = test_sandbox.mock.sandboxes.demo
    # Two redactors: a request with a mistyped key went to the demo sandbox, and what it carried is a secret too.
    unmatched = build_redactor(demo, test_sandbox.find_unmatched_entries())
    own = build_redactor(test_sandbox.sandbox, test_sandbox.sandbox.journal.entries)

    def redact(text: str) -> str:
        # surrogatepass: pytest's texts may hold bytes that were no UTF-8.
        raw = text.encode("utf-8", "surrogatepass")
        return unmatched.redact(own.redact(raw)).decode("utf-8", "surrogatepass")

    return redact


def describe_traffic(test_sandbox: TestSandbox) -> Iterator[str]:
    """Yield lines for people: the seed, the situation, the last exchanges."""
    head = str(test_sandbox.settings)
    if test_sandbox.situation:
        head += f"; in the situation {test_sandbox.situation}"
    yield head
    yield from _describe_exchanges(test_sandbox, test_sandbox.sandbox, list(test_sandbox.sandbox.journal.entries))
    unmatched = list(test_sandbox.find_unmatched_entries())
    if unmatched:
        yield "With other credentials than this test's:"
        yield from _describe_exchanges(test_sandbox, test_sandbox.mock.sandboxes.demo, unmatched)


def _describe_exchanges(test_sandbox: TestSandbox, sandbox: Sandbox, entries: list[JournalEntry]) -> Iterator[str]:
    if not entries:
        yield "Nothing was asked with this test's credentials."
    skipped = max(0, len(entries) - MAX_EXCHANGES)
    if skipped:
        yield f"… {skipped} before"
    secrets = list_sandbox_secrets(test_sandbox.sandbox)
    for number, entry in enumerate(entries[skipped:], start=skipped + 1):
        redacted = redact_entry(entry, sandbox, secrets, MAX_BODY_BYTES)
        is_cut = len(entry.request.body) > MAX_BODY_BYTES
        yield from _describe_exchange(number, redacted, test_sandbox.base_url, is_cut=is_cut)


def _describe_exchange(number: int, entry: JournalEntry, base: str, *, is_cut: bool) -> Iterator[str]:
    """Yield the lines of one exchange whose secrets are covered and whose bodies are cut already."""
    request = entry.request
    head = f"{number}  {request.method} {request.path}  HTTP {entry.response.status}"
    if entry.situation:
        head += f"  {entry.api}/{entry.situation}"
    yield head
    if entry.near_miss:
        yield f"   {entry.near_miss}"
    command = curl.build_curl_command(request, base or f"{request.scheme}://{request.host}")
    if is_cut:
        command += "  # the body is longer"
    yield f"   {command}"
    yield f"   {entry.response.body.decode('utf-8', 'replace')}"


def _redact_value(value: Any, redact: Redact) -> Any:
    """Return a representation of an exception with its texts covered.

    pytest's representations are trees of dataclasses, which differ from version to version; they are changed in place.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return type(value)(_redact_value(item, redact) for item in value)
    if is_dataclass(value):
        for name, inner in vars(value).items():
            setattr(value, name, _redact_value(inner, redact))
    return value
