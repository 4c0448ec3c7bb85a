"""Reports of clients and of shards, joined into one.

The order of the files does not matter, nor does it if one is given twice: what is joined are sets, and where two reports
have the same case of the same client, which of the two stays is decided by the two alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ..judge import Verdict
from .json_format import BadReport
from .report import (
    CaseReport,
    CertificationReport,
    CertifiedClient,
    DescribedCheck,
    compute_exit_code,
    get_case_order,
)

# The verdict that stays, where a case was played twice: a failure that came once is one, and whoever was not judged at
# first (the machine was full, say) and then was, has been judged.
PREFERRED_VERDICTS: Final[tuple[Verdict, ...]] = (
    "failed",
    "warned",
    "informational",
    "accepted",
    "passed",
    "not judged",
)


def merge_reports(named_reports: Sequence[tuple[str, CertificationReport]]) -> CertificationReport:
    """Return one report of all, each with the name of its file. Raise BadReport where two have other settings.

    There has to be one at least.
    """
    first_file, first = named_reports[0]
    for file, report in named_reports[1:]:
        _require_same_settings(first_file, first, file, report)
    reports = [report for _, report in named_reports]
    cases = _merge_cases(case for report in reports for case in report.cases)
    merged = CertificationReport(
        tool=first.tool,
        settings=first.settings,
        exit_code=0,
        clients=_merge_clients(client for report in reports for client in report.clients),
        checks=_merge_checks(check for report in reports for check in report.checks),
        cases=cases,
        interrupted=any(report.interrupted for report in reports),
        notes=tuple(sorted({note for report in reports for note in report.notes})),
    )
    exit_code = compute_exit_code(cases, is_complete=not merged.missing)
    return msgspec.structs.replace(merged, exit_code=exit_code)


def _require_same_settings(file: str, report: CertificationReport, other_file: str, other: CertificationReport) -> None:
    """Raise BadReport where the second report has other settings than the first."""
    pairs = [("version of Lookalike", report.tool.version, other.tool.version)]
    for name in report.settings.__struct_fields__:
        pairs.append((name, getattr(report.settings, name), getattr(other.settings, name)))
    for name, value, other_value in pairs:
        if value != other_value:
            problem = f"its {name} is {_show(other_value)}, and that of {file} is {_show(value)}; they do not merge"
            raise BadReport(other_file, problem)


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return ",".join(f"{key}={value[key]}" for key in sorted(value)) or "none"
    return str(value)


def _merge_clients(clients: Iterable[CertifiedClient]) -> tuple[CertifiedClient, ...]:
    # by label, as cases know their client by it
    merged: dict[str, CertifiedClient] = {}
    for client in clients:
        rival = merged.get(client.label, client)
        chosen = min(rival, client, key=lambda candidate: (candidate.name, candidate.version))
        planned = sorted({*rival.planned, *client.planned}, key=get_case_order)
        merged[client.label] = msgspec.structs.replace(chosen, planned=tuple(planned))
    return tuple(merged[label] for label in sorted(merged))


def _merge_checks(checks: Iterable[DescribedCheck]) -> tuple[DescribedCheck, ...]:
    merged: dict[str, DescribedCheck] = {}
    for check in checks:
        merged[check.id] = min(merged.get(check.id, check), check, key=msgspec.json.encode)
    return tuple(merged[check_id] for check_id in sorted(merged))


def _merge_cases(cases: Iterable[CaseReport]) -> tuple[CaseReport, ...]:
    chosen: dict[tuple[str, str], CaseReport] = {}
    for case in cases:
        rival = chosen.get(case.key, case)
        chosen[case.key] = min(rival, case, key=_rank_case)
    return tuple(sorted(chosen.values(), key=lambda case: (case.client, get_case_order(case.id))))


def _rank_case(case: CaseReport) -> tuple[int, bytes]:
    # of two with the same verdict, the bytes decide: any order does, as long as it is one and the same everywhere
    return PREFERRED_VERDICTS.index(case.verdict), msgspec.json.encode(case)
