"""From the results of a run to its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ...baseline import Baseline, FindingIdentity, JudgedFindings
from ..case import ClientCase
from ..judge import CaseResult, RatedFinding, Verdict, choose_verdict
from ..registry import CLIENT_CHECKS, ClientFinding
from .report import (
    CaseFinding,
    CaseReport,
    CertificationReport,
    CertifiedClient,
    DescribedCheck,
    ReportedTool,
    RunSettings,
    compute_exit_code,
    get_case_order,
)


@dataclass(frozen=True, slots=True)
class CompletedCertification:
    """A run as it ended: who was judged, in which cases (those of other shards among them), and what came of it."""

    version: str
    settings: RunSettings
    client_name: str
    client_version: str
    planned_ids: Sequence[str]
    results: tuple[CaseResult, ...]
    is_interrupted: bool = False


def assemble_certification_report(
    run: CompletedCertification, build_rerun_command: Callable[[ClientCase], str], baseline: Baseline
) -> CertificationReport:
    """Return the report of a run; `build_rerun_command` returns the command that plays a case again."""
    client = CertifiedClient(
        run.client_name, run.client_version, tuple(sorted(set(run.planned_ids), key=get_case_order))
    )
    results = sorted(run.results, key=lambda result: get_case_order(result.case.id))
    cases = [_build_case(client.label, result, build_rerun_command(result.case), baseline) for result in results]
    clients = [client]
    if not run.results:
        # A shard without a case never met the client, whose name is what it says of itself: under another one it would be
        # a client that was to be put into all these cases, and was not.
        clients = []
    return CertificationReport(
        tool=ReportedTool(run.version),
        settings=run.settings,
        exit_code=compute_exit_code(cases, is_interrupted=run.is_interrupted),
        clients=tuple(clients),
        checks=describe_checks(cases),
        cases=tuple(cases),
        interrupted=run.is_interrupted,
        notes=tuple(sorted(baseline.describe_stale_entries(index_case_results(run.results)))),
    )


def describe_checks(cases: Iterable[CaseReport]) -> tuple[DescribedCheck, ...]:
    """Return the checks that found something, by their ids."""
    ids = {check_id for case in cases for check_id in case.check_ids}
    return tuple(_describe_check(check_id) for check_id in sorted(ids))


def _describe_check(check_id: str) -> DescribedCheck:
    check = CLIENT_CHECKS[check_id]
    return DescribedCheck(check.id, check.summary, check.rationale, check.remediation, check.since)


def _build_case(client: str, result: CaseResult, rerun_command: str, baseline: Baseline) -> CaseReport:
    case = result.case
    findings = tuple(_build_finding(case, rated, baseline) for rated in result.findings)
    return CaseReport(
        client=client,
        id=case.id,
        api=case.api,
        operation=case.operation,
        situation=case.situation,
        task=case.task,
        script=case.script,
        variant=case.variant,
        expectation=case.expectation,
        verdict=_choose_verdict(result, findings),
        reason=result.reason,
        answer=result.answer,
        requests=result.request_count,
        seconds=round(result.seconds, 3),
        findings=findings,
        exchanges=result.exchanges,
        rerun_command=rerun_command,
    )


def _build_finding(case: ClientCase, rated: RatedFinding, baseline: Baseline) -> CaseFinding:
    fingerprint = compute_fingerprint(case, rated.finding)
    return CaseFinding(
        check=rated.finding.check,
        severity=rated.severity,
        message=rated.finding.message,
        provenance=rated.finding.source,
        fingerprint=fingerprint,
        accepted_reason=baseline.explain_acceptance(fingerprint),
    )


def _choose_verdict(result: CaseResult, findings: tuple[CaseFinding, ...]) -> Verdict:
    if not findings:
        return result.verdict
    severities = [finding.severity for finding in findings if not finding.accepted_reason]
    if not severities:
        return "accepted"
    return choose_verdict(severities)


def compute_fingerprint(case: ClientCase, finding: ClientFinding) -> str:
    """Return what is the same for the same finding in another run: the case, the check and the subject, no wording.

    Baselines hold fingerprints: another way to compute them would make every accepted finding a new one.
    """
    parts = "\n".join((case.id, finding.check, finding.subject))
    return blake2b(parts.encode("utf-8", "replace"), digest_size=8).hexdigest()


def index_case_results(results: Iterable[CaseResult]) -> JudgedFindings:
    """Return where a baseline's entries were looked for, and what was found there."""
    scopes = set()
    identities: dict[str, FindingIdentity] = {}
    for result in results:
        if result.verdict == "not judged":
            continue
        # a check that finds nothing was made too
        for check_id in CLIENT_CHECKS:
            scopes.add((check_id, result.case.api, result.case.operation, result.case.id))
        for identity in _iter_identities(result):
            identities[identity.fingerprint] = identity
    return JudgedFindings(scopes, identities)


def _iter_identities(result: CaseResult) -> Iterator[FindingIdentity]:
    case = result.case
    for rated in result.findings:
        fingerprint = compute_fingerprint(case, rated.finding)
        yield FindingIdentity(fingerprint, rated.finding.check, case.api, case.operation, case.id)
