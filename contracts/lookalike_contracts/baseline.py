"""Findings that are known and accepted until a day, in a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from .finding import Finding
from .results import CheckResult

FORMAT_HINT = "Each has fingerprint, check, api, operation, expires (a day) and reason."
ACCEPTED_DAYS = 90
CheckScope = tuple[str, str, str]


@dataclass(eq=False)
class BadBaseline(Exception):
    """A file of known findings that cannot be used."""

    file: str
    problem: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.file}: {self.problem}"


class AcceptedFinding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One accepted finding: which, until when (that day included), and why."""

    fingerprint: str
    check: str
    api: str
    operation: str
    expires: date
    reason: str

    @property
    def scope(self) -> CheckScope:
        """Where it was found."""
        return self.check, self.api, self.operation

    def __str__(self) -> str:
        """Which one it is."""
        return f"{self.fingerprint} ({self.check} at {self.api}/{self.operation})"


class _BaselineFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    accepted: list[AcceptedFinding] = []


@dataclass(frozen=True)
class Baseline:
    """Accepted findings as of a day."""

    entries: dict[str, AcceptedFinding] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def explain_acceptance(self, finding: Finding) -> str:
        """Why that finding is accepted; "" where it counts."""
        known = self.entries.get(finding.fingerprint)
        return f"until {known.expires}: {known.reason}" if known and known.expires >= self.today else ""

    def describe_stale_entries(self, outcomes: Iterable[CheckResult]) -> Iterator[str]:
        """What is to be said of the file: what has expired, and what was looked for and not found."""
        judged, met = _index_results(outcomes)
        for known in self.entries.values():
            if known.fingerprint in met and known.expires < self.today:
                yield f"no longer accepted since {known.expires}: {known}"
            elif known.fingerprint not in met and known.scope in judged:
                yield f"accepted, but not found: {known}"


def load_baseline(path: Path, today: date | None = None) -> Baseline:
    """The accepted findings of a JSON or TOML file. Raises BadBaseline."""
    try:
        text = path.read_text("utf-8")
        read = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
        listed = msgspec.convert({"accepted": read} if isinstance(read, list) else read, _BaselineFile).accepted
    except OSError as gone:
        raise BadBaseline(str(path), gone.strerror or "cannot be read") from gone
    except (ValueError, msgspec.MsgspecError) as wrong:
        raise BadBaseline(str(path), f"{wrong}. {FORMAT_HINT}") from wrong
    known: dict[str, AcceptedFinding] = {}
    for each in listed:
        if each.fingerprint in known:
            raise BadBaseline(str(path), f"{each.fingerprint!r} stands there twice")
        known[each.fingerprint] = each
    return Baseline(known, today) if today else Baseline(known)


def encode_baseline(outcomes: tuple[CheckResult, ...], before: Baseline) -> bytes:
    """A file that accepts what was found now.

    What was accepted before keeps its day and its why; it goes where its check was run and did not find it again.
    """
    until = before.today + timedelta(days=ACCEPTED_DAYS)
    (judged, met) = _index_results(outcomes)
    kept = {
        name: known
        for name, known in before.entries.items()
        if (name in met and known.expires >= before.today) or (name not in met and known.scope not in judged)
    }
    entries = kept | {name: _accept_finding(each, until) for name, each in met.items() if name not in kept}
    return msgspec.json.format(msgspec.json.encode({"accepted": list(entries.values())}), indent=2) + b"\n"


def _index_results(outcomes: Iterable[CheckResult]) -> tuple[set[CheckScope], dict[str, Finding]]:
    """Where there was a judgement, and the findings by fingerprint."""
    places = set[CheckScope]()
    met = dict[str, Finding]()
    for outcome in outcomes:
        if outcome.status in ("passed", "failed"):
            places.add((outcome.check, outcome.api, outcome.operation))
        met |= {finding.fingerprint: finding for finding in outcome.findings}
    return places, met


def _accept_finding(each: Finding, until: date) -> AcceptedFinding:
    return AcceptedFinding(
        fingerprint=each.fingerprint,
        check=each.check,
        api=each.api,
        operation=each.operation,
        expires=until,
        reason="known when this file was written",
    )
