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
# exchanges, and bytes of each body
MAX_EXCHANGES = 5
MAX_BODY_BYTES = 400
Redact = Callable[[str], str]


def complete_report(report: pytest.TestReport, trial: TestSandbox) -> None:
    """Cover secrets in the report; tell what the look-alikes saw, where the test failed."""
    if report.sections or report.longrepr or hasattr(report, "wasxfail"):
        cover = create_redaction(trial)
        report.sections = [(title, cover(text)) for title, text in report.sections]
        report.longrepr = _redact_value(report.longrepr, cover)
        if hasattr(report, "wasxfail"):
            report.wasxfail = cover(report.wasxfail)
    if report.failed:
        report.sections.append((SECTION_TITLE, "\n".join(describe_traffic(trial))))


def create_redaction(trial: TestSandbox) -> Redact:
    """Covers the secrets of a test in a text."""
    home = trial.mock.sandboxes.demo
    strays = build_redactor(home, trial.find_unmatched_entries())
    own = build_redactor(trial.sandbox, trial.sandbox.journal.entries)
    return lambda text: strays.redact(own.redact(text.encode("utf-8", "surrogatepass"))).decode(
        "utf-8", "surrogatepass"
    )


def describe_traffic(trial: TestSandbox) -> Iterator[str]:
    """The seed, the situation, the last exchanges."""
    yield f"{trial.settings}" + (f"; in the situation {trial.situation}" if trial.situation else "")
    yield from _describe_exchanges(trial, trial.sandbox, list(trial.sandbox.journal.entries))
    if strays := list(trial.find_unmatched_entries()):
        yield "With other credentials than this test's:"
        yield from _describe_exchanges(trial, trial.mock.sandboxes.demo, strays)


def _describe_exchanges(trial: TestSandbox, sandbox: Sandbox, entries: list[JournalEntry]) -> Iterator[str]:
    first = max(0, len(entries) - MAX_EXCHANGES)
    if not entries:
        yield "Nothing was asked with this test's credentials."
    if first:
        yield f"… {first} before"
    for number, entry in enumerate(entries[first:], start=first + 1):
        shown = redact_entry(entry, sandbox, list_sandbox_secrets(trial.sandbox), MAX_BODY_BYTES)
        yield from _describe_exchange(number, shown, trial.base_url, cut=len(entry.request.body) > MAX_BODY_BYTES)


def _describe_exchange(number: int, entry: JournalEntry, base: str, *, cut: bool) -> Iterator[str]:
    """One exchange without secrets, its bodies cut already."""
    request = entry.request
    reply = entry.response
    situation = f"  {entry.api}/{entry.situation}" if entry.situation else ""
    yield f"{number}  {request.method} {request.path}  HTTP {reply.status}{situation}"
    if entry.near_miss:
        yield f"   {entry.near_miss}"
    line = curl.build_curl_command(request, base or f"{request.scheme}://{request.host}")
    yield f"   {line}{'  # the body is longer' if cut else ''}"
    yield f"   {reply.body.decode('utf-8', 'replace')}"


def _redact_value(value: Any, cover: Redact) -> Any:
    """A representation of an exception, its texts covered in place."""
    if isinstance(value, str):
        return cover(value)
    if isinstance(value, list | tuple):
        return type(value)(_redact_value(each, cover) for each in value)
    if is_dataclass(value):
        for name, inner in vars(value).items():
            setattr(value, name, _redact_value(inner, cover))
    return value
