"""Secrets in what pytest shows: reports of tests and subtests, warnings, properties, errors of its own.

Covered are the secrets that this process has handed out, to whatever sandbox, and what the running test sent in the place
of secrets. What pytest writes at once, as with `-s` or `log_cli`, never comes by here.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any, Final

import pytest
from _pytest._code.code import TerminalRepr
from _pytest.junitxml import xml_key

from lookalike_mocks.redact import build_redactor
from lookalike_mocks.sandbox.issued_secrets import ISSUED_SECRETS
from lookalike_specs.redaction import Redactor
from lookalike_specs.redaction.secret_names import list_environment_secrets

from .sandboxes import TestSandbox

# of the section with the look-alikes' exchanges, which has no secret in it, but the demo account's public key
SECTION_TITLE: Final = "lookalike"
# the attributes of a report that hold texts; a subtest's `context` has its message and its parameters
REPORT_ATTRIBUTES: Final = ("longrepr", "wasxfail", "user_properties", "context")
# how deep values lie in each other at most, in what a test recorded as a property
MAX_DEPTH: Final = 20
Redact = Callable[[str], str]


class ReportRedaction:
    """Covers secrets in texts, of the session and of one test after the other."""

    def __init__(self) -> None:
        self._redactors: tuple[Redactor, ...] = ()
        self._state: tuple[object, ...] = ()

    def create(self, test_sandbox: TestSandbox | None) -> Redact:
        """Return a function that covers the secrets of the session, and those of a test, in a text."""
        # A journal of a thousand exchanges takes a second to look through: not once more for each report of its test.
        state = _describe_state(test_sandbox)
        if state != self._state:
            self._redactors = _build_redactors(test_sandbox)
            self._state = state
        redactors = self._redactors

        def redact(text: str) -> str:
            # surrogatepass: pytest's texts may hold bytes that were no UTF-8
            data = text.encode("utf-8", "surrogatepass")
            for redactor in redactors:
                data = redactor.redact(data)
            return data.decode("utf-8", "surrogatepass")

        return redact


def _describe_state(test_sandbox: TestSandbox | None) -> tuple[object, ...]:
    """Return what is another value as soon as there are other secrets."""
    if test_sandbox is None:
        return (ISSUED_SECRETS.total_count,)
    own = test_sandbox.sandbox.journal.total_count
    unmatched = test_sandbox.mock.sandboxes.demo.journal.total_count
    return (ISSUED_SECRETS.total_count, test_sandbox.sandbox.name, own, unmatched)


def _build_redactors(test_sandbox: TestSandbox | None) -> tuple[Redactor, ...]:
    session = Redactor(list_environment_secrets(os.environ), ISSUED_SECRETS.get_redactor())
    if test_sandbox is None:
        return (session,)
    # Two more: a request with a mistyped key went to the demo sandbox, and what it carried is a secret too.
    own = build_redactor(test_sandbox.sandbox, test_sandbox.sandbox.journal.entries)
    unmatched = build_redactor(test_sandbox.mock.sandboxes.demo, test_sandbox.find_unmatched_entries())
    return (session, own, unmatched)


def redact_report(report: pytest.TestReport | pytest.CollectReport, redact: Redact) -> None:
    """Cover secrets in all texts of a report, in place."""
    report.sections = [_redact_section(title, text, redact) for title, text in report.sections]
    for name in REPORT_ATTRIBUTES:
        value = getattr(report, name, None)
        if value:
            setattr(report, name, redact_value(value, redact))


def _redact_section(title: str, text: str, redact: Redact) -> tuple[str, str]:
    if title == SECTION_TITLE:
        return title, text
    return redact(title), redact(text)


def redact_warning(warning: warnings.WarningMessage, redact: Redact) -> None:
    """Cover secrets in the message of a warning, in place."""
    message = str(warning.message)
    covered = redact(message)
    if covered != message:
        # as a text: what another class makes of its arguments is not known
        warning.message = covered
    if warning.line:
        warning.line = redact(warning.line)


def redact_exception(error: BaseException, redact: Redact) -> None:
    """Cover secrets in what an exception that ends the run says, in place: that of `pytest.exit` has a `msg`."""
    error.args = tuple(redact_value(argument, redact) for argument in error.args)
    message = getattr(error, "msg", None)
    if isinstance(message, str):
        error.msg = redact(message)  # type: ignore[attr-defined]


def redact_value(value: Any, redact: Redact, depth: int = 0) -> Any:
    """Return texts, lists, tables and representations of exceptions with their texts covered.

    pytest's representations are trees of dataclasses, which differ from version to version; they are changed in place.
    """
    if depth > MAX_DEPTH:
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    if type(value) in (list, tuple):
        return type(value)(redact_value(item, redact, depth + 1) for item in value)
    if isinstance(value, Mapping):
        return {
            redact_value(key, redact, depth + 1): redact_value(item, redact, depth + 1) for key, item in value.items()
        }
    if is_dataclass(value) or isinstance(value, TerminalRepr):
        for name, inner in vars(value).items():
            # some are frozen
            object.__setattr__(value, name, redact_value(inner, redact, depth + 1))
    return value


def redact_junit(config: pytest.Config, redact: Redact) -> None:
    """Cover secrets in what waits to be written as JUnit XML; its plugin is private, and may have changed."""
    log = config.stash.get(xml_key, None)
    for reporter in getattr(log, "node_reporters", {}).values():
        attributes = vars(reporter).get("attrs", {})
        for name, value in attributes.items():
            attributes[name] = redact(value)
    properties = getattr(log, "global_properties", [])
    properties[:] = redact_value(properties, redact)
