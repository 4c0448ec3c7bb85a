"""The value that every format of a certification's report is made from; as JSON, it is what `merge` reads.

`schema.json` beside this describes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from lookalike_specs.provenance import PROVENANCE_KINDS, ProvenanceKind, Source

from ...severity import Severity
from ..exchange_text import CaseExchange
from ..judge import Verdict

# within a version fields are only added; whoever renames or removes one makes it 2
REPORT_VERSION: Final = 1
EXIT_FAILED: Final = 1
EXIT_NOT_JUDGED: Final = 3
EXIT_INTERRUPTED: Final = 130
# worst first
VERDICT_ORDER: Final[tuple[Verdict, ...]] = (
    "failed",
    "not judged",
    "warned",
    "informational",
    "accepted",
    "passed",
)


class ReportedTool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who wrote the report."""

    version: str
    name: Literal["lookalike"] = "lookalike"


class RunSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What has to be the same in reports that are merged: with other settings the same case is another question."""

    suite: int
    seed: int
    trust: tuple[ProvenanceKind, ...] = ("documented", "measured")
    variants: Mapping[str, str] = {}


class CertifiedClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client, and the ids of all cases that it was to be put into, whether they are in this report or in another one."""

    name: str
    version: str = ""
    planned: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the name and the version, which together tell one client from another."""
        return " ".join(filter(None, (self.name, self.version)))


class DescribedCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check that found something; `since` is the suite that it came with."""

    id: str
    summary: str
    rationale: str
    remediation: str
    since: int


class CaseFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that a client did wrong in a case; `accepted_reason` says why the baseline takes it, "" where it counts."""

    check: str
    severity: Severity
    message: str
    provenance: Source
    fingerprint: str
    accepted_reason: str = ""


class CaseReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one client came out in one case.

    `script` is how the server behaves over several pages, `variant` the switch that is set otherwise than by default.
    `reason` says why it was not judged, `answer` what the client gave its caller, and `rerun_command` plays the case
    again. `requests` is a number, `exchanges` are those of them that are shown. `client` is the label of a client.
    """

    client: str
    id: str
    api: str
    operation: str
    situation: str
    task: str
    script: str = ""
    variant: str = ""
    expectation: str
    verdict: Verdict
    reason: str = ""
    answer: str = ""
    requests: int = 0
    seconds: float = 0.0
    findings: tuple[CaseFinding, ...] = ()
    exchanges: tuple[CaseExchange, ...] = ()
    rerun_command: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Return the client and the case."""
        return self.client, self.id

    @property
    def counting_findings(self) -> tuple[CaseFinding, ...]:
        """Return the findings that the baseline does not accept."""
        return tuple(finding for finding in self.findings if not finding.accepted_reason)

    @property
    def check_ids(self) -> tuple[str, ...]:
        """Return the checks that found something, each once."""
        return tuple(dict.fromkeys(finding.check for finding in self.findings))


class CertificationReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What came of the certification of one client or more.

    `notes` are lines about a baseline. It was `interrupted` where the run ended before all cases were played.
    """

    version: Literal[1] = REPORT_VERSION
    tool: ReportedTool
    settings: RunSettings
    exit_code: int
    clients: tuple[CertifiedClient, ...]
    checks: tuple[DescribedCheck, ...]
    cases: tuple[CaseReport, ...]
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """Return client and case of all that was planned and is not in this report, in order."""
        present = {case.key for case in self.cases}
        planned = [(client.label, case_id) for client in self.clients for case_id in client.planned]
        return tuple(key for key in planned if key not in present)

    def count(self, verdict: Verdict, client: str = "") -> int:
        """Return how many cases have a verdict: of all clients, or of one."""
        return sum(case.verdict == verdict and client in ("", case.client) for case in self.cases)

    def get_check(self, check_id: str) -> DescribedCheck:
        """Return a check that found something."""
        return next(check for check in self.checks if check.id == check_id)


def compute_exit_code(cases: Iterable[CaseReport], *, is_complete: bool = True, is_interrupted: bool = False) -> int:
    """Return 130 for an interrupted run, 1 where a case failed, 3 where one was not judged or is missing, else 0."""
    if is_interrupted:
        return EXIT_INTERRUPTED
    verdicts = {case.verdict for case in cases}
    if "failed" in verdicts:
        return EXIT_FAILED
    if "not judged" in verdicts or not is_complete:
        return EXIT_NOT_JUDGED
    return 0


def get_case_order(case_id: str) -> tuple[str, str, bool, str]:
    """Return what to sort the ids of cases by: the API, the task, then the ordinary answer before all else."""
    api, _, name = case_id.partition("/")
    base, _, _ = name.partition("+")
    # searches name no task: `tmapi/439`, but `tmapi/upload:439`
    task, _, situation = base.rpartition(":")
    # a case in a variant, such as `tmapi/439+error-format=http-200`, comes behind the one in the default world
    return api, task, situation != "ok", name


def summarize(report: CertificationReport) -> str:
    """Return `20 passed, 2 failed`."""
    counts = Counter(case.verdict for case in report.cases)
    parts = [f"{counts[verdict]} {verdict}" for verdict in ("passed", *VERDICT_ORDER[:-1]) if counts[verdict]]
    if report.missing:
        parts.append(f"{len(report.missing)} not in this report")
    if report.interrupted:
        parts.insert(0, "interrupted")
    return ", ".join(parts) or "no case"


def sort_trust(trust: Iterable[ProvenanceKind]) -> tuple[ProvenanceKind, ...]:
    """Return kinds of provenance, the surest first."""
    kinds = frozenset(trust)
    return tuple(kind for kind in PROVENANCE_KINDS if kind in kinds)
