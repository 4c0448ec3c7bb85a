"""The value that every format of report is made from: a run, with its evidence, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from lookalike_specs import Api
from lookalike_specs.printable_text import escape_invisible
from lookalike_specs.provenance import UNSTATED, Source
from lookalike_specs.redaction import Redactor

from ..baseline import Baseline, index_check_results
from ..coverage import Coverage
from ..finding import ARRAY_INDEX, Finding
from ..registry import Check
from ..reproduction import Evidence, build_evidence
from ..reproduction.secrets import build_run_redactor
from ..reproduction.text import redact_text, truncate_bytes
from ..results import CheckResult, RunResult
from ..severity import Severity
from .bounds import MAX_SOURCE_BYTES, bound_evidence
from .exchange_text import ExchangeText, build_exchange_texts

ResultState = Literal["failed", "warned", "noted", "accepted", "could not check", "passed", "does not apply"]
# worst first: of several findings of one check at one operation, the worst says how the result counts
STATES: Final[tuple[ResultState, ...]] = (
    "failed",
    "warned",
    "could not check",
    "noted",
    "accepted",
    "passed",
    "does not apply",
)
STATES_BY_SEVERITY: Final[Mapping[Severity, ResultState]] = {"error": "failed", "warning": "warned", "note": "noted"}
ResultKey = tuple[str, str, str]


@dataclass(frozen=True)
class ReportedFinding:
    """A finding as reports show it.

    `provenance` is how sure the rule is, and `provenance_pointer` the place in the document that says so, "" where the
    check itself does. `accepted_reason` says why the baseline accepts it, "" where it counts. `exchanges` are the same as
    in `evidence`, but with whole bodies: the page bounds them around the place of the finding.
    """

    check: str
    severity: Severity
    api: str
    operation: str
    seed: int
    fingerprint: str
    evidence: Evidence
    provenance: Source = UNSTATED
    provenance_pointer: str = ""
    accepted_reason: str = ""
    rerun_command: str = ""
    exchanges: tuple[ExchangeText, ...] = ()

    @property
    def message(self) -> str:
        """Return in a sentence which rule was broken, and how."""
        return self.evidence.message

    @property
    def pointer(self) -> str:
        """Return the place in the response, or in the request, as a JSON pointer."""
        return self.evidence.pointer

    @property
    def state(self) -> ResultState:
        """Return how the finding counts."""
        if self.accepted_reason:
            return "accepted"
        return STATES_BY_SEVERITY[self.severity]


class FindingGroup(NamedTuple):
    """Findings that are much alike: the one that is shown, and the others."""

    first: ReportedFinding
    others: tuple[ReportedFinding, ...]


def group_findings(findings: Iterable[ReportedFinding]) -> tuple[FindingGroup, ...]:
    """Return the findings in groups, in the order of the first of each.

    Those of one check and one API are alike, and count alike, when they break the same rule, or are at the same place of
    an operation's answers: the five parameters whose defaults are not echoed are one thing to mend.
    """
    groups: list[list[ReportedFinding]] = []
    for finding in findings:
        for group in groups:
            if any(_is_alike(finding, member) for member in group):
                group.append(finding)
                break
        else:
            groups.append([finding])
    return tuple(FindingGroup(group[0], tuple(group[1:])) for group in groups)


def _is_alike(finding: ReportedFinding, other: ReportedFinding) -> bool:
    if (finding.check, finding.api, finding.state) != (other.check, other.api, other.state):
        return False
    if finding.provenance != other.provenance:
        return False
    if finding.evidence.location.pointer == other.evidence.location.pointer:
        return True
    return finding.operation == other.operation and _blank_positions(finding) == _blank_positions(other)


def _blank_positions(finding: ReportedFinding) -> str:
    """Return the place of a finding whatever its position in lists: `/items/3/price` is `/items/*/price`."""
    return ARRAY_INDEX.sub("/*", finding.pointer)


class UncheckedGroup(NamedTuple):
    """Checks of an API that could not be made for one reason."""

    api: str
    reason: str
    results: tuple[CheckResult, ...]

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the operations, each once."""
        return tuple(dict.fromkeys(result.operation for result in self.results))

    @property
    def checks(self) -> tuple[str, ...]:
        """Return the ids of the checks, each once."""
        return tuple(dict.fromkeys(result.check for result in self.results))

    @property
    def scope(self) -> str:
        """Return where: an operation, or how many of the API's."""
        if len(self.operations) == 1:
            return f"{self.api}/{self.operations[0]}"
        return f"{self.api}, {len(self.operations)} operations"


@dataclass(frozen=True)
class Report:
    """A run as reports show it.

    `results` hold no findings of their own: those are in `findings`, errors first, else in the order of the run. `notes`
    are lines about the baseline. `target` is who was judged, `restart_command` what starts it again where it is gone by
    now. `sarif_file` is where code scanning is to show the findings; "" for the documents themselves.
    `request_count` is how many requests went out.
    """

    version: str
    target: str
    seed: int
    seconds: float
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]
    findings: tuple[ReportedFinding, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()
    is_interrupted: bool = False
    restart_command: str = ""
    request_count: int = 0
    sarif_file: str = ""

    @property
    def groups(self) -> tuple[FindingGroup, ...]:
        """Return the findings that the baseline does not accept, those that have one cause together."""
        return group_findings(self.unaccepted_findings)

    @property
    def unchecked_groups(self) -> tuple[UncheckedGroup, ...]:
        """Return what could not be checked, by its reason.

        When a server does not answer, that is one fact, and not seventy.
        """
        results: dict[tuple[str, str], list[CheckResult]] = {}
        for result in self.results:
            if self.get_state(result) == "could not check":
                results.setdefault((result.api, result.reason), []).append(result)
        return tuple(UncheckedGroup(api, reason, tuple(members)) for (api, reason), members in results.items())

    def count_findings(self, state: ResultState) -> int:
        """Return how many findings count so."""
        return sum(finding.state == state for finding in self.findings)

    @property
    def unaccepted_findings(self) -> tuple[ReportedFinding, ...]:
        """Return the findings that the baseline does not accept, warnings among them."""
        return tuple(finding for finding in self.findings if not finding.accepted_reason)

    @property
    def checks_by_family(self) -> dict[str, list[Check]]:
        """Return the checks by family, the families by name."""
        families: dict[str, list[Check]] = {}
        # checks come in the order in which their modules registered them; readers look for a family by its name
        for check in sorted(self.checks, key=lambda check: check.family):
            families.setdefault(check.family, []).append(check)
        return families

    def get_findings(self, result: CheckResult) -> tuple[ReportedFinding, ...]:
        """Return what that check found at that operation."""
        return tuple(finding for finding in self.findings if _get_key(finding) == _get_key(result))

    def get_state(self, result: CheckResult) -> ResultState:
        """Return how a result counts: as the worst of its findings, where it has any."""
        findings = self.get_findings(result)
        if findings:
            return min((finding.state for finding in findings), key=STATES.index)
        # a failure whose findings are not in this report, as its baseline took them out, is none
        if result.status == "failed":
            return "passed"
        return result.status

    def count_results(self, state: ResultState, *, api: str = "", family: str = "") -> int:
        """Return how many results are in that state: of all, or only those of an API, of a family, or of both."""
        prefix = f"{family}/" if family else ""
        return sum(
            self.get_state(result) == state
            for result in self.results
            if api in ("", result.api) and result.check.startswith(prefix)
        )

    @property
    def exit_code(self) -> int:
        """Return 0 for no findings, 1 findings, 2 nothing checked, 3 not all could be checked, 130 interrupted.

        Warnings and notes alone are no findings.
        """
        if self.is_interrupted:
            return 130
        if any(finding.state == "failed" for finding in self.findings):
            return 1
        if self.count_results("could not check"):
            return 3
        if self.count_results("does not apply") == len(self.results):
            return 2
        return 0


@dataclass(frozen=True)
class CompletedRun:
    """A run as it ended, credentials and all; a report is made of it."""

    version: str
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    accounts: Mapping[str, Mapping[str, str]]
    result: RunResult
    coverage: Coverage
    is_interrupted: bool = False
    restart_command: str = ""


def assemble_report(
    run: CompletedRun, build_rerun_command: Callable[[Finding], str], baseline: Baseline, sarif_file: str = ""
) -> Report:
    """Return the report of a run, without secrets, and with no more than MAX_FINDING_BYTES of each finding.

    `build_rerun_command` returns the command that finds a finding once more.
    """
    run_redactor = build_run_redactor(run.apis, run.accounts)
    reported = [
        _build_reported_finding(
            run, finding, build_rerun_command(finding), baseline.explain_acceptance(finding.fingerprint), run_redactor
        )
        for finding in run.result.findings
    ]
    findings = tuple(sorted(reported, key=lambda finding: STATES.index(finding.state)))
    return Report(
        version=run.version,
        # somebody's server may have its key in its path
        target=redact_text(run.result.target, run_redactor),
        seed=run.result.seed,
        seconds=run.result.seconds,
        apis=run.apis,
        checks=run.checks,
        results=tuple(_redact_result(result, run_redactor) for result in run.result.results),
        findings=findings,
        coverage=run.coverage,
        notes=tuple(
            escape_invisible(note) for note in baseline.describe_stale_entries(index_check_results(run.result.results))
        ),
        is_interrupted=run.is_interrupted,
        restart_command=run.restart_command,
        sarif_file=sarif_file,
        request_count=run.result.request_count,
    )


def _build_reported_finding(
    run: CompletedRun, finding: Finding, rerun_command: str, accepted_reason: str, run_redactor: Redactor
) -> ReportedFinding:
    api = next(api for api in run.apis if api.id == finding.api)
    return ReportedFinding(
        check=finding.check,
        severity=finding.severity,
        api=finding.api,
        operation=finding.operation,
        seed=finding.seed,
        fingerprint=finding.fingerprint,
        evidence=bound_evidence(build_evidence(finding, api, run.accounts[api.id], run_redactor)),
        provenance=Source(
            finding.provenance.kind, truncate_bytes(escape_invisible(finding.provenance.source), MAX_SOURCE_BYTES)
        ),
        provenance_pointer=escape_invisible(finding.provenance_pointer),
        accepted_reason=escape_invisible(accepted_reason),
        rerun_command=redact_text(rerun_command, run_redactor),
        exchanges=build_exchange_texts(finding, api, run.accounts[api.id], run_redactor),
    )


def _redact_result(result: CheckResult, redactor: Redactor) -> CheckResult:
    return replace(result, findings=(), reason=redact_text(result.reason, redactor))


def _get_key(item: ReportedFinding | CheckResult) -> ResultKey:
    return item.check, item.api, item.operation
