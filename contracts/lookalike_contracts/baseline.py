"""Findings that are known and accepted until a day, in a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from .finding import Finding
from .verdict import Outcome

WAY = "Each has fingerprint, check, api, operation, until (a day) and why."
DAYS = 90
Place = tuple[str, str, str]


@dataclass(eq=False)
class BadBaseline(Exception):
    """A file of known findings that cannot be used."""

    file: str
    problem: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.file}: {self.problem}"


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One accepted finding: which, until when (that day included), and why."""

    fingerprint: str
    check: str
    api: str
    operation: str
    until: date
    why: str

    @property
    def place(self) -> Place:
        """Where it was found."""
        return self.check, self.api, self.operation

    def __str__(self) -> str:
        """Which one it is."""
        return f"{self.fingerprint} ({self.check} at {self.api}/{self.operation})"


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    accepted: list[Known] = []


@dataclass(frozen=True)
class Baseline:
    """Accepted findings as of a day."""

    known: dict[str, Known] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def accepts(self, finding: Finding) -> str:
        """Why that finding is accepted; "" where it counts."""
        known = self.known.get(finding.fingerprint)
        return f"until {known.until}: {known.why}" if known and known.until >= self.today else ""

    def notes(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        """What is to be said of the file: what has expired, and what was looked for and not found."""
        judged, met = _judged(outcomes)
        for known in self.known.values():
            if known.fingerprint in met and known.until < self.today:
                yield f"no longer accepted since {known.until}: {known}"
            elif known.fingerprint not in met and known.place in judged:
                yield f"accepted, but not found: {known}"


def load_baseline(path: Path, today: date | None = None) -> Baseline:
    """The accepted findings of a JSON or TOML file. Raises BadBaseline."""
    try:
        text = path.read_text("utf-8")
        read = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
        listed = msgspec.convert({"accepted": read} if isinstance(read, list) else read, _File).accepted
    except OSError as gone:
        raise BadBaseline(str(path), gone.strerror or "cannot be read") from gone
    except (ValueError, msgspec.MsgspecError) as wrong:
        raise BadBaseline(str(path), f"{wrong}. {WAY}") from wrong
    known: dict[str, Known] = {}
    for each in listed:
        if each.fingerprint in known:
            raise BadBaseline(str(path), f"{each.fingerprint!r} stands there twice")
        known[each.fingerprint] = each
    return Baseline(known, today) if today else Baseline(known)


def baseline_of(outcomes: tuple[Outcome, ...], before: Baseline) -> bytes:
    """A file that accepts what was found now.

    What was accepted before keeps its day and its why; it goes where its check was run and did not find it again.
    """
    until, (judged, met) = before.today + timedelta(days=DAYS), _judged(outcomes)
    kept = {
        name: known
        for name, known in before.known.items()
        if (name in met and known.until >= before.today) or (name not in met and known.place not in judged)
    }
    entries = kept | {name: _known(each, until) for name, each in met.items() if name not in kept}
    return msgspec.json.format(msgspec.json.encode({"accepted": list(entries.values())}), indent=2) + b"\n"


def _judged(outcomes: Iterable[Outcome]) -> tuple[set[Place], dict[str, Finding]]:
    """Where there was a judgement, and the findings by fingerprint."""
    places, met = set[Place](), dict[str, Finding]()
    for outcome in outcomes:
        if outcome.result in ("passed", "failed"):
            places.add((outcome.check, outcome.api, outcome.operation))
        met |= {finding.fingerprint: finding for finding in outcome.findings}
    return places, met


def _known(each: Finding, until: date) -> Known:
    return Known(
        fingerprint=each.fingerprint,
        check=each.check,
        api=each.api,
        operation=each.operation,
        until=until,
        why="known when this file was written",
    )
