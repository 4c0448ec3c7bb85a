"""The pytest plugin's other half: it covers secrets wherever pytest shows a text. Imports nothing of ours by itself."""

from __future__ import annotations

import sys

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any
    from warnings import WarningMessage

    from .testing import TestSandbox
    from .testing.report_redaction import Redact, ReportRedaction

TEST_SANDBOX_KEY: pytest.StashKey[TestSandbox] = pytest.StashKey()
# whoever has not imported it has no secret of ours
ISSUER_MODULE = "lookalike_mocks.sandbox.issued_secrets"


class SecretCover:
    """Covers secrets in the reports, warnings and errors of one session.

    Each hook is the first of its kind: before the terminal, JUnit XML and whatever sends reports to xdist's controller.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._item: pytest.Item | None = None
        self._redaction: ReportRedaction | None = None

    def create_redaction(self) -> Redact | None:
        """Return what covers the secrets of the session and the running test; None where there are none."""
        issuer = sys.modules.get(ISSUER_MODULE)
        if issuer is None or not issuer.ISSUED_SECRETS.total_count:
            return None
        if self._redaction is None:
            from .testing.report_redaction import ReportRedaction  # noqa: PLC0415 - this module imports nothing of ours

            self._redaction = ReportRedaction()
        test_sandbox = None
        if self._item is not None:
            test_sandbox = self._item.stash.get(TEST_SANDBOX_KEY, None)
        return self._redaction.create(test_sandbox)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Keep in mind which test runs, also while its warnings are reported, which is after its end."""
        self._item = item
        try:
            return (yield)
        finally:
            self._item = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Cover what was added to a report after it was made: a subtest's output, properties, other plugins' sections."""
        self._cover_report(report)
        self._cover_junit()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Cover what a module's own sandboxes have, where it fails to be imported."""
        report = yield
        self._cover_report(report)
        return report

    def _cover_report(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        redact = self.create_redaction()
        if redact is not None:
            from .testing.report_redaction import redact_report  # noqa: PLC0415

            redact_report(report, redact)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: WarningMessage) -> None:
        """Cover warnings, those about threads that failed among them."""
        redact = self.create_redaction()
        if redact is not None:
            from .testing.report_redaction import redact_warning  # noqa: PLC0415

            redact_warning(warning_message, redact)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[Any]) -> None:
        """Cover the reason of `pytest.exit`."""
        redact = self.create_redaction()
        if redact is not None:
            from .testing.report_redaction import redact_exception  # noqa: PLC0415

            redact_exception(excinfo.value, redact)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Cover a failure of pytest or of another plugin."""
        redact = self.create_redaction()
        if redact is not None:
            from .testing.report_redaction import redact_value  # noqa: PLC0415

            redact_value(excrepr, redact)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Cover the properties of the whole suite before they are written."""
        self._cover_junit()

    def _cover_junit(self) -> None:
        """Cover what tests give to JUnit XML without a report: attributes, and properties of the suite."""
        if not getattr(self._config.option, "xmlpath", None):
            return
        redact = self.create_redaction()
        if redact is not None:
            from .testing.report_redaction import redact_junit  # noqa: PLC0415

            redact_junit(self._config, redact)
