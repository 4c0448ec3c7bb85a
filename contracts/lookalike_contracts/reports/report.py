"""What every format of report is made from: a run, with its evidence, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from lookalike_specs import Api
from lookalike_specs.veil import Veil

from ..baseline import Baseline
from ..coverage import Coverage
from ..evidence import Shown, shown
from ..evidence.secrets import veil
from ..evidence.text import covered, escaped
from ..finding import Finding, Severity
from ..registry import Check
from ..verdict import Outcome, Verdict

State = Literal["failed", "warned", "accepted", "could not check", "passed", "does not apply"]
# of several at one place, the first of these counts
STATES: tuple[State, ...] = ("failed", "warned", "could not check", "accepted", "passed", "does not apply")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Told:
    """A finding as reports tell it; `accepted` says why the baseline takes it, "" where it counts."""

    check: str
    severity: Severity
    api: str
    operation: str
    seed: int
    fingerprint: str
    shown: Shown
    accepted: str = ""
    again: str = ""

    @property
    def message(self) -> str:
        """The rule that was broken, in a sentence."""
        return self.shown.message

    @property
    def pointer(self) -> str:
        """The place in the answer."""
        return self.shown.pointer

    @property
    def state(self) -> State:
        """How it counts."""
        return "accepted" if self.accepted else "failed" if self.severity == "error" else "warned"


@dataclass(frozen=True)
class Report:
    """A run as it is told.

    `outcomes` hold no findings of their own: those are `told`, in the order of the run. `notes` are lines about the
    baseline; `target` is who was judged, `restart` what starts it again where it is gone by now.
    """

    version: str
    target: str
    seed: int
    seconds: float
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    outcomes: tuple[Outcome, ...]
    told: tuple[Told, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()
    interrupted: bool = False
    restart: str = ""

    @property
    def cases(self) -> int:
        """The requests of the whole run."""
        return sum(outcome.cases for outcome in self.outcomes)

    @property
    def counting(self) -> tuple[Told, ...]:
        """The findings that the baseline does not take, warnings too."""
        return tuple(told for told in self.told if not told.accepted)

    @property
    def families(self) -> dict[str, list[Check]]:
        """The checks by family, in their order."""
        found: dict[str, list[Check]] = {}
        for check in self.checks:
            found.setdefault(check.family, []).append(check)
        return found

    def found_by(self, outcome: Outcome) -> tuple[Told, ...]:
        """What that check found at that operation."""
        return tuple(told for told in self.told if _key(told) == _key(outcome))

    def state(self, outcome: Outcome) -> State:
        """How an outcome counts: the worst of its findings, where it has any."""
        found = self.found_by(outcome)
        if not found:
            return "passed" if outcome.result == "failed" else outcome.result
        return min((told.state for told in found), key=STATES.index)

    def number(self, state: State, *, api: str = "", family: str = "") -> int:
        """How many outcomes are in that state."""
        return sum(
            self.state(outcome) == state
            for outcome in self.outcomes
            if api in ("", outcome.api) and outcome.check.startswith(f"{family}/" if family else "")
        )

    @property
    def exit_code(self) -> int:
        """0 no findings, 1 findings, 2 nothing checked, 3 not all could be checked, 130 interrupted.

        Warnings alone are no findings.
        """
        if self.interrupted:
            return 130
        if any(told.state == "failed" for told in self.told):
            return 1
        if self.number("could not check"):
            return 3
        return 0 if self.number("does not apply") < len(self.outcomes) else 2


@dataclass(frozen=True)
class Run:
    """What came of a run, as it came."""

    version: str
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    accounts: Mapping[str, Mapping[str, str]]
    verdict: Verdict
    coverage: Coverage
    interrupted: bool = False
    restart: str = ""


def report(run: Run, again: Callable[[Finding], str], baseline: Baseline) -> Report:
    """The report of a run. `again` gives the command that finds a finding once more."""
    told = tuple(_told(run, each, again(each), baseline.accepts(each)) for each in run.verdict.findings)
    veils = {api.id: veil(api, run.accounts[api.id], ()) for api in run.apis}
    return Report(
        version=run.version,
        target=run.verdict.target,
        seed=run.verdict.seed,
        seconds=run.verdict.seconds,
        apis=run.apis,
        checks=run.checks,
        outcomes=tuple(_bare(outcome, veils[outcome.api]) for outcome in run.verdict.outcomes),
        told=told,
        coverage=run.coverage,
        notes=tuple(escaped(note) for note in baseline.notes(run.verdict.outcomes)),
        interrupted=run.interrupted,
        restart=run.restart,
    )


def _told(run: Run, found: Finding, again: str, accepted: str) -> Told:
    api = next(api for api in run.apis if api.id == found.api)
    return Told(
        check=found.check,
        severity=found.severity,
        api=found.api,
        operation=found.operation,
        seed=found.seed,
        fingerprint=found.fingerprint,
        shown=shown(found, api, run.accounts[api.id]),
        accepted=escaped(accepted),
        again=escaped(again),
    )


def _bare(outcome: Outcome, cover: Veil) -> Outcome:
    return replace(outcome, findings=(), reason=covered(outcome.reason, cover))


def _key(about: Told | Outcome) -> Key:
    return about.check, about.api, about.operation
