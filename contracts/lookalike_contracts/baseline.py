"""Findings that are accepted until a day, in a file."""

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
# check, API, operation
CheckScope = tuple[str, str, str]


@dataclass(eq=False)
class BadBaseline(Exception):
    """A baseline that cannot be used."""

    file: str
    problem: str

    def __str__(self) -> str:
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
        """Return where it was found."""
        return self.check, self.api, self.operation

    def __str__(self) -> str:
        return f"{self.fingerprint} ({self.check} at {self.api}/{self.operation})"


class _BaselineFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    accepted: list[AcceptedFinding] = []


@dataclass(frozen=True)
class Baseline:
    """Accepted findings as of a day, by fingerprint."""

    entries: dict[str, AcceptedFinding] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def explain_acceptance(self, finding: Finding) -> str:
        """Return why a finding is accepted; "" where it counts."""
        entry = self.entries.get(finding.fingerprint)
        if entry is None or entry.expires < self.today:
            return ""
        return f"until {entry.expires}: {entry.reason}"

    def describe_stale_entries(self, results: Iterable[CheckResult]) -> Iterator[str]:
        """Yield a sentence for each entry that has expired, and for each that was looked for and not found."""
        judged_scopes, findings = _index_results(results)
        for entry in self.entries.values():
            is_found = entry.fingerprint in findings
            if is_found and entry.expires < self.today:
                yield f"no longer accepted since {entry.expires}: {entry}"
            elif not is_found and entry.scope in judged_scopes:
                yield f"accepted, but not found: {entry}"


def load_baseline(path: Path, today: date | None = None) -> Baseline:
    """Return the accepted findings of a JSON or TOML file. Raise BadBaseline.

    The file is an object with `accepted`, or just the list.
    """
    try:
        # editors on Windows begin a file with a byte order mark
        text = path.read_text("utf-8-sig")
        content = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
        if isinstance(content, list):
            content = {"accepted": content}
        accepted = msgspec.convert(content, _BaselineFile).accepted
    except OSError as error:
        raise BadBaseline(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        # an older PowerShell writes UTF-16 where its output goes to a file
        raise BadBaseline(str(path), "it is not UTF-8; save it as UTF-8") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadBaseline(str(path), f"{error}. {FORMAT_HINT}") from error
    entries: dict[str, AcceptedFinding] = {}
    for entry in accepted:
        if entry.fingerprint in entries:
            raise BadBaseline(str(path), f"{entry.fingerprint!r} stands there twice")
        entries[entry.fingerprint] = entry
    if today is None:
        return Baseline(entries)
    return Baseline(entries, today)


def encode_baseline(results: tuple[CheckResult, ...], before: Baseline) -> bytes:
    """Return a baseline, as JSON, that accepts what was found now.

    What was accepted before keeps its day and its reason; it goes where its check was run and did not find it again.
    """
    expires = before.today + timedelta(days=ACCEPTED_DAYS)
    judged_scopes, findings = _index_results(results)
    entries: dict[str, AcceptedFinding] = {}
    for fingerprint, entry in before.entries.items():
        if fingerprint in findings:
            if entry.expires >= before.today:
                entries[fingerprint] = entry
        # nobody looked for it this time, because of --only for example: it may still be there
        elif entry.scope not in judged_scopes:
            entries[fingerprint] = entry
    for fingerprint, finding in findings.items():
        if fingerprint not in entries:
            entries[fingerprint] = _accept_finding(finding, expires)
    content = msgspec.json.encode({"accepted": list(entries.values())})
    return msgspec.json.format(content, indent=2) + b"\n"


def _index_results(results: Iterable[CheckResult]) -> tuple[set[CheckScope], dict[str, Finding]]:
    """Return where there was a judgement, and the findings by fingerprint."""
    judged_scopes: set[CheckScope] = set()
    findings: dict[str, Finding] = {}
    for result in results:
        if result.status in ("passed", "failed"):
            judged_scopes.add((result.check, result.api, result.operation))
        for finding in result.findings:
            findings[finding.fingerprint] = finding
    return judged_scopes, findings


def _accept_finding(finding: Finding, expires: date) -> AcceptedFinding:
    return AcceptedFinding(
        fingerprint=finding.fingerprint,
        check=finding.check,
        api=finding.api,
        operation=finding.operation,
        expires=expires,
        reason="known when this file was written",
    )
