"""What the report of a test says of its look-alikes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from lookalike_mocks import Sandbox
from lookalike_mocks.redact import list_sandbox_secrets, redact_entry
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs.printable_text import break_workflow_commands, escape_invisible

from .report_redaction import SECTION_TITLE, Redact
from .rerun import build_curl_command, build_serve_command
from .sandboxes import TestSandbox

# of the newest exchanges, and of each body
MAX_EXCHANGES = 5
MAX_BODY_BYTES = 400
# what a client saw of an answer with a fault
FAULT_OUTCOMES: Final[Mapping[str, str]] = {
    "latency": "HTTP {status}, late",
    "slow-body": "HTTP {status}, slowly",
    "reset-before": "a reset, and no answer",
    "reset-inside": "HTTP {status}, then a reset",
    "truncated-body": "HTTP {status}, then the end in the middle of the body",
    "wrong-content-length": "HTTP {status} with a wrong Content-Length",
    "malformed-chunk": "HTTP {status}, then a malformed chunk",
    "malformed-json": "HTTP {status} with malformed JSON",
    "wrong-certificate": "a reset, and no answer",
}


def complete_report(report: pytest.TestReport, test_sandbox: TestSandbox, notes_title: str, redact: Redact) -> None:
    """Where the test failed, add what the look-alikes saw, without secrets.

    Notes on its clients go into a section of that title, for the end of the run.
    """
    if report.when == "teardown" and test_sandbox.notes:
        # each note is clean already
        report.sections.append((notes_title, redact("\n".join(test_sandbox.notes))))
    if report.failed:
        # what a client sent stands there, and a terminal and a CI's agent read along
        text = escape_invisible("\n".join(describe_traffic(test_sandbox)))
        report.sections.append((SECTION_TITLE, break_workflow_commands(text)))


def describe_traffic(test_sandbox: TestSandbox) -> Iterator[str]:
    """Yield lines for people: the seed, the situation, the last exchanges, and how to see them again."""
    head = str(test_sandbox.settings)
    if test_sandbox.situation:
        head += f"; in the situation {test_sandbox.situation}"
    yield head
    entries = list(test_sandbox.sandbox.journal.entries)
    unmatched = list(test_sandbox.find_unmatched_entries())
    shown = entries[-MAX_EXCHANGES:] + unmatched[-MAX_EXCHANGES:]
    for api in dict.fromkeys(entry.api for entry in shown if entry.api):
        yield f"To see it again: {build_serve_command(api, test_sandbox.settings)}"
    yield from _describe_exchanges(test_sandbox, test_sandbox.sandbox, entries)
    if unmatched:
        yield "With other credentials than this test's:"
        yield from _describe_exchanges(test_sandbox, test_sandbox.mock.sandboxes.demo, unmatched)


def _describe_exchanges(test_sandbox: TestSandbox, sandbox: Sandbox, entries: list[JournalEntry]) -> Iterator[str]:
    if not entries:
        yield "Nothing was asked with this test's credentials."
    skipped = max(0, len(entries) - MAX_EXCHANGES)
    if skipped:
        yield f"… {skipped} before"
    secrets = list(list_sandbox_secrets(test_sandbox.sandbox))
    for number, entry in enumerate(entries[skipped:], start=skipped + 1):
        command = build_curl_command(entry, test_sandbox.sandbox, MAX_BODY_BYTES)
        yield from _describe_exchange(number, redact_entry(entry, sandbox, secrets, MAX_BODY_BYTES), command)


def _describe_exchange(number: int, entry: JournalEntry, command: str) -> Iterator[str]:
    """Yield the lines of one exchange whose secrets are covered and whose bodies are cut already."""
    head = f"{number}  {entry.request.method} {entry.request.path}  {_describe_outcome(entry)}"
    if entry.situation:
        head += f"  {entry.api}/{entry.situation}"
    yield head
    reason = entry.why
    # what the test asked for beforehand is named already
    if reason is not None and reason.origin != "schedule":
        yield f"   {reason}"
    yield f"   {command}"
    yield f"   {entry.response.body.decode('utf-8', 'replace')}"


def _describe_outcome(entry: JournalEntry) -> str:
    """Return what reached the client: `HTTP 200, then a reset` where the answer did not come whole."""
    template = FAULT_OUTCOMES.get(entry.situation, "HTTP {status}")
    return template.format(status=entry.response.status)
