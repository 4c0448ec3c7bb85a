"""What several formats show alike: the matrix of situations and clients, and what was not judged."""

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


class UnjudgedGroup(NamedTuple):
    """Cases of a client that were not judged for one reason: what a driver cannot do is one fact, and not forty."""

    client: str
    reason: str
    case_ids: tuple[str, ...]


def group_unjudged_cases(report: CertificationReport) -> list[UnjudgedGroup]:
    """Return what was not judged, by client and reason."""
    ids: dict[tuple[str, str], list[str]] = {}
    for case in report.cases:
        if case.verdict == "not judged":
            ids.setdefault((case.client, case.reason), []).append(case.id)
    return [UnjudgedGroup(client, reason, tuple(case_ids)) for (client, reason), case_ids in ids.items()]
