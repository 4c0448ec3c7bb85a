"""What the report of a test says of its look-alikes, and what it says nowhere: their secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any, Final

import pytest

from lookalike_mocks import Sandbox
from lookalike_mocks.journal import Entry
from lookalike_mocks.redact import covering, given, redacted
from lookalike_specs import curl

from .trial import Trial

TITLE: Final = "lookalike"
# exchanges, and bytes of each body
MOST, MOST_BYTES = 5, 400
Cover = Callable[[str], str]


def complete(report: pytest.TestReport, trial: Trial) -> None:
    """Cover secrets in the report; tell what the look-alikes saw, where the test failed."""
    if report.sections or report.longrepr or hasattr(report, "wasxfail"):
        cover = covered(trial)
        report.sections = [(title, cover(text)) for title, text in report.sections]
        report.longrepr = _within(report.longrepr, cover)
        if hasattr(report, "wasxfail"):
            report.wasxfail = cover(report.wasxfail)
    if report.failed:
        report.sections.append((TITLE, "\n".join(told(trial))))


def covered(trial: Trial) -> Cover:
    """Covers the secrets of a test in a text."""
    home = trial.mock.sandboxes.home
    strays = covering(home, trial.strays())
    own = covering(trial.sandbox, trial.sandbox.journal.entries)
    return lambda text: strays.cover(own.cover(text.encode("utf-8", "surrogatepass"))).decode("utf-8", "surrogatepass")


def told(trial: Trial) -> Iterator[str]:
    """The seed, the situation, the last exchanges."""
    yield f"{trial.settings}" + (f"; in the situation {trial.situation}" if trial.situation else "")
    yield from _exchanges(trial, trial.sandbox, list(trial.sandbox.journal.entries))
    if strays := list(trial.strays()):
        yield "With other credentials than this test's:"
        yield from _exchanges(trial, trial.mock.sandboxes.home, strays)


def _exchanges(trial: Trial, sandbox: Sandbox, entries: list[Entry]) -> Iterator[str]:
    first = max(0, len(entries) - MOST)
    if not entries:
        yield "Nothing was asked with this test's credentials."
    if first:
        yield f"… {first} before"
    for number, entry in enumerate(entries[first:], start=first + 1):
        shown = redacted(entry, sandbox, given(trial.sandbox), MOST_BYTES)
        yield from _exchange(number, shown, trial.base, cut=len(entry.request.body) > MOST_BYTES)


def _exchange(number: int, entry: Entry, base: str, *, cut: bool) -> Iterator[str]:
    """One exchange without secrets, its bodies cut already."""
    request, reply = entry.request, entry.reply
    situation = f"  {entry.api}/{entry.situation}" if entry.situation else ""
    yield f"{number}  {request.method} {request.path}  HTTP {reply.status}{situation}"
    if entry.near:
        yield f"   {entry.near}"
    line = curl.line(request, base or f"{request.scheme}://{request.host}")
    yield f"   {line}{'  # the body is longer' if cut else ''}"
    yield f"   {reply.body.decode('utf-8', 'replace')}"


def _within(value: Any, cover: Cover) -> Any:
    """A representation of an exception, its texts covered in place."""
    if isinstance(value, str):
        return cover(value)
    if isinstance(value, list | tuple):
        return type(value)(_within(each, cover) for each in value)
    if is_dataclass(value):
        for name, inner in vars(value).items():
            setattr(value, name, _within(inner, cover))
    return value
