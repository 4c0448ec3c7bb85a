"""The matrix of situations and clients."""

from __future__ import annotations

from typing import NamedTuple

from .report import CaseReport, CertificationReport, get_case_order


class MatrixRow(NamedTuple):
    """A case, and how each client came out in it, in the order of the report's clients; None where it is not there."""

    case_id: str
    cases: tuple[CaseReport | None, ...]


def build_matrix_rows(report: CertificationReport) -> list[MatrixRow]:
    """Return a row for each case that is planned for a client or was played, in order."""
    cases = {case.key: case for case in report.cases}
    case_ids = {case.id for case in report.cases}
    for client in report.clients:
        case_ids.update(client.planned)
    labels = [client.label for client in report.clients]
    return [
        MatrixRow(case_id, tuple(cases.get((label, case_id)) for label in labels))
        for case_id in sorted(case_ids, key=get_case_order)
    ]
