"""The report as JSON, for programs and for `lookalike report merge`; `schema.json` beside this says what is in it."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Final

import msgspec

from lookalike_specs.printable_text import break_workflow_commands

from .report import REPORT_VERSION, CertificationReport

NO_REPORT: Final = "it is no report of `lookalike certify --format json`"


@dataclass(eq=False)
class BadReport(Exception):
    """A file that is no report of a certification, or one that cannot be merged with the others."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


class _ReportHead(msgspec.Struct):
    """As much as tells whether the rest can be read."""

    version: int
    settings: dict[str, object]


def decode_report(file: str, data: bytes) -> CertificationReport:
    """Return the report that a file holds; `file` is its name. Raise BadReport."""
    try:
        # editors on Windows begin a file with a byte order mark
        head = msgspec.json.decode(data.removeprefix(BOM_UTF8), type=_ReportHead)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # the files are mistaken for each other most often: where the JSON is none, why it is none helps nobody
        raise BadReport(file, NO_REPORT) from error
    if head.version != REPORT_VERSION:
        raise BadReport(file, f"its version is {head.version}, and this program reads {REPORT_VERSION}")
    try:
        report = msgspec.json.decode(data.removeprefix(BOM_UTF8), type=CertificationReport)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadReport(file, f"{NO_REPORT} ({error})") from error
    _require_consistency(file, report)
    return report


def _require_consistency(file: str, report: CertificationReport) -> None:
    """Raise BadReport where a case names a client or a check that the report does not have."""
    labels = {client.label for client in report.clients}
    check_ids = {check.id for check in report.checks}
    for case in report.cases:
        if case.client not in labels:
            raise BadReport(
                file, f"the case {case.id} is of the client {case.client!r}, which is not among its clients"
            )
        for check_id in case.check_ids:
            if check_id not in check_ids:
                raise BadReport(file, f"the case {case.id} names the check {check_id!r}, which is not among its checks")


def render_json(report: CertificationReport) -> str:
    """Return one JSON object."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return break_workflow_commands(f"{text}\n")
